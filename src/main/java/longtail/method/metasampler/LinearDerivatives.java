package longtail.method.metasampler;

import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * In closed form, for a linear classifier on frozen features: with the gradient {@code G} of the
 * meta loss, {@code dz_b = G_W f_b + G_b}. It costs one product of matrices and no pass.
 */
final class LinearDerivatives implements SampleDerivatives {
  private final Network network;
  private final ParameterBlock weight;
  private final ParameterBlock bias;
  private final double applied;
  private INDArray features = Nd4j.empty();

  LinearDerivatives(LearningProblem problem) {
    network = problem.network();
    weight = block(Role.HEAD_WEIGHT);
    bias = block(Role.HEAD_BIAS);
    applied = SampleDerivatives.applied(problem.rule()) * problem.rule().groups().headRate();
  }

  private ParameterBlock block(Role role) {
    return network.layout().stream().filter(b -> b.role() == role).findFirst().orElseThrow();
  }

  @Override
  public void beforeStep(Activations activations) {
    INDArray current = activations.features();
    if (!features.equalShapes(current)) {
      features = Nd4j.createUninitializedDetached(network.type(), current.shape());
    }
    features.assign(current);
  }

  @Override
  public double[] atWeights(Batch main, LossValue loss, double rate) {
    INDArray moved = features.mmul(gradient(weight).transpose()).addiRowVector(gradient(bias));
    return SampleDerivatives.products(moved, loss.gradLogits(), -rate * applied);
  }

  @Override
  public void close() {
    if (!features.isEmpty()) {
      features.close();
    }
  }

  private INDArray gradient(ParameterBlock block) {
    return network.memory().host(block.in(network.gradients()));
  }
}
