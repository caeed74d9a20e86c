package longtail.method.bbn;

import java.util.Map;
import longtail.loss.LossValue;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.Update;
import longtail.mix.ImageBatch;
import longtail.mix.ImageBuffer;
import longtail.mix.MixedBatch;
import longtail.mix.MixedLoss;
import longtail.mix.TwoSamplerMix;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Branch;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * {@link Bbn} on a worker. The network is linear in the features of each branch, and where one
 * branch is computed the features of the other are zero; so with the logits {@code z_c} and {@code
 * z_r} of the branches, each with the bias {@code b}, the mixed ones are {@code 2 a z_c + 2 (1 - a)
 * z_r - b}. It remembers nothing but the optimiser's state.
 */
final class BbnLearner implements Learner {
  private final Bbn method;
  private final LearningProblem problem;
  private final Network network;
  private final Network second;
  private final MixedLoss loss;
  private final Update update;
  private final ParameterBlock bias;
  private final ImageBuffer partners = new ImageBuffer();
  private double coefficient = 1;

  BbnLearner(Bbn method, LearningProblem problem) {
    this.method = method;
    this.problem = problem;
    network = problem.network();
    second = network.view();
    loss = new MixedLoss(problem.loss());
    update = problem.update();
    bias =
        network.layout().stream()
            .filter(block -> block.role() == Role.HEAD_BIAS)
            .findFirst()
            .orElseThrow();
  }

  @Override
  public void epoch(int epoch) {
    loss.epoch(epoch);
    coefficient = method.coefficient(epoch, problem.epochs());
  }

  @Override
  public StepResult step(StepBatches batches, double rate, long iteration) {
    ImageBatch main = batches.main().samples();
    Batch drawn = batches.others().get(0);
    ImageBatch other = drawn.size() == 0 ? main : drawn.samples();
    MixedBatch partner = TwoSamplerMix.partners(main, other, coefficient, partners);
    Activations ofMain = network.forward(main.images(), Mode.TRAIN, Branch.CONVENTIONAL);
    Activations ofOther = second.forward(partner.images(), Mode.TRAIN, Branch.REBALANCING);
    INDArray features = mixed(ofMain.features(), ofOther.features());
    INDArray logits = mixed(ofMain.logits(), ofOther.logits());
    logits.subiRowVector(network.memory().host(bias(network.parameters())));
    double correct = partner.labels().correct(logits);
    LossValue value =
        loss.evaluate(new Activations(features, logits, Map.of()), partner.labels(), iteration);
    double ofStep = problem.workers().sum(value.value());
    if (Double.isFinite(ofStep)) {
      backward(network, value, 2 * coefficient);
      backward(second, value, 2 * (1 - coefficient));
      network
          .memory()
          .change(bias(network.gradients()), own -> own.subi(value.gradLogits().sum(0)));
      update.step(rate, iteration);
    }
    return new StepResult(main.size(), ofStep, correct, Map.of("conventional_weight", coefficient));
  }

  /** {@code 2 a x + 2 (1 - a) y}, a new array. */
  private INDArray mixed(INDArray x, INDArray y) {
    return x.mul(2 * coefficient).addi(y.mul(2 * (1 - coefficient)));
  }

  private static void backward(Network network, LossValue value, double factor) {
    network.backward(
        value.gradFeatures().map(gradient -> gradient.mul(factor)).orElse(null),
        value.gradLogits().mul(factor));
  }

  private INDArray bias(INDArray flat) {
    return flat.get(NDArrayIndex.interval(bias.offset(), bias.offset() + bias.length()));
  }

  @Override
  public void endEpoch() {
    update.endEpoch();
  }

  @Override
  public INDArray parameters() {
    return network.parameters();
  }

  @Override
  public INDArray optimizerState() {
    return update.state();
  }

  @Override
  public void close() {
    second.close();
    partners.close();
    update.close();
  }
}
