package longtail.method;

import java.util.List;
import longtail.dataset.ClassCounts;
import longtail.loss.LossFunction;
import longtail.nn.Network;
import longtail.optim.Optimizer;
import longtail.optim.Span;

/**
 * What a method needs to learn in one stage.
 *
 * @param network the network, frozen as the stage wants it
 * @param loss loss of a batch
 * @param optimizer update rule
 * @param trainable parts of the flat parameter vector that the optimiser may change
 * @param counts training images of each class
 * @param epochs epochs of the stage
 * @param seed of the method's own random draws in this stage
 */
public record LearningProblem(
    Network network,
    LossFunction loss,
    Optimizer optimizer,
    List<Span> trainable,
    ClassCounts counts,
    int epochs,
    long seed) {}
