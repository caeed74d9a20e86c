package longtail.method.metasampler;

import java.util.Arrays;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.Recomputation;
import longtail.nn.Tangent;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.layer.Mode;
import longtail.optim.ParameterGroups;
import longtail.optim.Span;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * In forward mode, for any head and any part of the network: the step's images go once more through
 * a twin with the parameters of before the step, and the tangent of its features and logits along
 * the gradient of the meta loss is their derivative.
 */
final class TangentDerivatives implements SampleDerivatives {
  private final LearningProblem problem;
  private final Network network;
  private final Network before;
  private final KernelMemory memory;
  private final INDArray direction;
  private final double applied;

  TangentDerivatives(LearningProblem problem) {
    this.problem = problem;
    network = problem.network();
    before = network.twin();
    if (network.recomputation() != Recomputation.NONE) {
      before.retainActivations();
    }
    memory = network.memory();
    direction = memory.allocate(network.type(), network.parameters().length());
    memory.fill(direction, 0);
    applied = SampleDerivatives.applied(problem.rule());
  }

  @Override
  public void beforeStep(Activations activations) {
    memory.copy(network.parameters(), before.parameters());
  }

  @Override
  public double[] atWeights(Batch main, LossValue loss, double rate) {
    ParameterGroups groups = problem.rule().groups();
    for (ParameterBlock block : network.layout()) {
      Span span = new Span(block.offset(), block.length());
      if (block.trainable() && problem.trainable().stream().anyMatch(s -> s.contains(span))) {
        double factor = block.head() ? groups.headRate() : groups.backboneRate();
        memory.copy(block.in(network.gradients()), block.in(direction));
        memory.scale(direction, factor, block.offset(), block.offset() + block.length());
      }
    }
    before.forward(main.images(), Mode.TRAIN);
    Tangent moved = before.tangent(direction);
    double scale = -rate * applied;
    double[] products = SampleDerivatives.products(moved.logits(), loss.gradLogits(), scale);
    if (loss.gradFeatures().isPresent()) {
      double[] more =
          SampleDerivatives.products(moved.features(), loss.gradFeatures().get(), scale);
      Arrays.setAll(products, b -> products[b] + more[b]);
    }
    return products;
  }

  @Override
  public void close() {
    before.close();
    memory.free(direction);
  }
}
