package longtail.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.StepBatches;
import longtail.nn.Network;
import longtail.nn.graph.Architecture;
import longtail.nn.layer.Mode;
import longtail.train.StageLearning;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Stage;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is done with members of families that were added, among classes that know them. */
public final class NewMemberRun {
  private static final ClassCounts COUNTS = ClassCounts.of(200, 50, 10);
  private static final String MODEL = "model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}";

  private NewMemberRun() {}

  /** Draws with the stage's key {@code yaml}, which flattens classes of more than 50 images. */
  public static void sampler(String yaml) {
    Stage stage = experiment(MODEL, yaml).stages().get(0);
    double[] probabilities = stage.sampler().classProbabilities(COUNTS, 0, 1).orElseThrow();
    assertThat(Arrays.stream(probabilities).sum()).isCloseTo(1, within(1e-12));
    assertThat(probabilities[0]).isEqualTo(probabilities[1]);
    assertThat(probabilities[2]).isCloseTo(10 / 110.0, within(1e-12));
  }

  /** Trains a step of the network with the model's key {@code yaml}. */
  public static void backbone(String yaml) {
    try (Network network = network(experiment("model: {" + yaml.strip() + "}", ""))) {
      INDArray logits = network.forward(images(), Mode.TRAIN).logits();
      assertThat(logits.shape()).containsExactly(4, COUNTS.classes());
    }
  }

  /** Takes steps with the stage's key {@code yaml}: far above the level down, far below it up. */
  public static void method(String yaml) {
    Experiment low = experiment(MODEL, yaml);
    Experiment high = experiment(MODEL, yaml.replaceAll("level: [0-9.]+", "level: 100"));
    assertThat(afterStep(low)).isLessThan(0);
    assertThat(afterStep(high)).isGreaterThan(0);
  }

  /** How a step changes the loss of its images. */
  private static double afterStep(Experiment experiment) {
    int[] labels = {0, 2, 1, 0};
    StepBatches batches = StepBatches.of(new Batch(images(), labels, new int[4]));
    try (Network network = network(experiment);
        Learner learner = StageLearning.of(experiment, 0, network, COUNTS)) {
      double before = learner.step(batches, 0.05, 0).loss();
      return learner.step(batches, 0.05, 1).loss() - before;
    }
  }

  private static Network network(Experiment experiment) {
    return Network.create(
        new Architecture(experiment.model().backbone(), experiment.model().head(), 3, 8, 8),
        DataType.DOUBLE,
        1);
  }

  private static INDArray images() {
    SplittableRandom random = RandomStreams.of(2);
    return Nd4j.create(random.doubles(4 * 8 * 8 * 3, -1, 1).toArray()).reshape('c', 4, 8, 8, 3);
  }

  private static Experiment experiment(String model, String stageKey) {
    return Experiment.parse(
        """
        name: new-member
        %s
        stages:
          - epochs: 1
            batch-size: 4
            optimizer: {type: sgd, lr: 0.05}
            %s"""
            .formatted(model, stageKey),
        "extending.md",
        List.of());
  }
}
