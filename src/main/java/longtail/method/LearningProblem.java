package longtail.method;

import java.util.List;
import java.util.Optional;
import longtail.Collective;
import longtail.dataset.ClassCounts;
import longtail.loss.LossFunction;
import longtail.mix.Mixer;
import longtail.nn.Network;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import longtail.sample.Population;

/**
 * What a method needs to learn in one stage.
 *
 * @param network the network, frozen as the stage wants it
 * @param loss loss of a batch
 * @param rule what happens to the parameters once their gradients are known
 * @param trainable parts of the flat parameter vector that may change
 * @param counts training images of each class
 * @param epochs epochs of the stage
 * @param seed of the method's own random draws in this stage
 * @param mixer how samples are mixed, where they are and {@link Method#mixes} says so
 * @param workers who takes each step together; a worker alone unless {@code averaging.scope} is
 *     {@code step}
 * @param networks opens further networks
 * @param population the training images by shard and class, where the method may need them
 * @param parts how many parts the images of a step go through the network in, 1 unless the method
 *     {@link Method#accumulates}; with more the loss is that of the worker's own images
 */
public record LearningProblem(
    Network network,
    LossFunction loss,
    UpdateRule rule,
    List<Span> trainable,
    ClassCounts counts,
    int epochs,
    long seed,
    Optional<Mixer> mixer,
    Collective workers,
    Networks networks,
    Optional<Population> population,
    int parts) {
  /**
   * The problem of a worker that takes its steps alone, does not mix samples and knows neither
   * further networks nor single images.
   */
  public LearningProblem(
      Network network,
      LossFunction loss,
      UpdateRule rule,
      List<Span> trainable,
      ClassCounts counts,
      int epochs,
      long seed) {
    this(
        network,
        loss,
        rule,
        trainable,
        counts,
        epochs,
        seed,
        Optional.empty(),
        Collective.ALONE,
        Networks.NONE,
        Optional.empty(),
        1);
  }

  /** The update of the network's parameters, at the beginning of the stage. */
  public Update update() {
    return new Update(rule, network, trainable, workers);
  }
}
