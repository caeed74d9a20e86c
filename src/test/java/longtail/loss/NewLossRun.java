package longtail.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.method.Batch;
import longtail.method.StepBatches;
import longtail.nn.Network;
import longtail.nn.graph.Architecture;
import longtail.nn.layer.Mode;
import longtail.train.StageLearning;
import longtail.train.experiment.Experiment;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What is done with a loss that was added, among classes that know it. */
public final class NewLossRun {
  private static final ClassCounts COUNTS = ClassCounts.of(20, 5, 1);

  private NewLossRun() {}

  /** Binds the stage's key {@code yaml}, checks the gradient and trains a step. */
  public static void run(String yaml) {
    Experiment experiment =
        Experiment.parse(
            """
            name: new-loss
            model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
            stages:
              - epochs: 1
                batch-size: 4
                optimizer: {type: sgd, lr: 0.1}
                %s"""
                .formatted(yaml),
            "extending.md",
            List.of());
    Loss loss = experiment.stages().get(0).loss();
    assertThat(Loss.class.getPermittedSubclasses()).contains(loss.getClass());
    LossGradientTest shared = new LossGradientTest();
    shared.gradientsAreThoseOfCentralDifferences(loss);
    shared.saturatedLogitsGiveFiniteValuesAndGradients(loss);
    train(experiment, loss);
  }

  private static void train(Experiment experiment, Loss loss) {
    int[] labels = {0, 2, 1, 0};
    SplittableRandom random = RandomStreams.of(2);
    INDArray images = Losses.gaussian(random, 1, 4, 8 * 8 * 3).reshape('c', 4, 8, 8, 3);
    Architecture architecture =
        new Architecture(experiment.model().backbone(), experiment.model().head(), 3, 8, 8);
    try (Network network = Network.create(architecture, DataType.DOUBLE, 1)) {
      INDArray logits = network.forward(images, Mode.TRAIN).logits();
      double before = loss.bind(COUNTS).evaluate(logits, labels).value();
      double trained =
          StageLearning.of(experiment, 0, network, COUNTS)
              .step(StepBatches.of(new Batch(images, labels, new int[4])), 0.1, 0)
              .loss();
      assertThat(trained).isCloseTo(before, within(1e-12));
      logits = network.forward(images, Mode.TRAIN).logits();
      assertThat(loss.bind(COUNTS).evaluate(logits, labels).value()).isLessThan(before);
    }
  }
}
