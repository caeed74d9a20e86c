package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import longtail.eval.FeatureMean;
import longtail.eval.NearestClassMean;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Role;
import longtail.shard.NetworkOutput;
import longtail.shard.ShardedDataset;
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import longtail.spark.evaluate.Scorer;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A classifier whose memory holds a centroid of each class, from class means on. */
@Tag("spark")
class MetaEmbeddingTrainingTest {
  private static final Configuration CONF = new Configuration();
  private static final String YAML =
      """
      name: remembering
      seed: 3
      data: {transforms: [{type: pad-crop, padding: 1}]}
      model:
        backbone: {type: cifar-resnet, depth: 8, width: 4}
        head: {type: meta-embedding, memory: fixed}
      stages:
        - {name: first, epochs: 1, batch-size: 16, optimizer: {type: sgd, lr: 0.05}}
        - name: second
          epochs: 1
          batch-size: 16
          method: {type: discriminative-centroids, optimizer: {type: sgd, lr: 0.02}}
          reinitialize: centroids
          optimizer: {type: sgd, lr: 0.05}
      averaging: {every: 1}
      """;

  @TempDir static Path directory;
  private static JavaSparkContext spark;
  private static ShardedDataset dataset;

  @BeforeAll
  static void start() throws IOException {
    spark = LocalSpark.shared();
    dataset = ToyDataset.publish(data(), 48, 1, CONF);
  }

  @Test
  void centroidsBeginAsTheClassMeansOfTheFeatures() throws IOException {
    Experiment experiment = Experiment.parse(YAML, "test", List.of());
    var hadoop = spark.broadcast(new SerializableConfiguration(CONF));
    try (Network network = experiment.network(dataset)) {
      FlatVector parameters = FlatVector.copyOf(network.parameters());
      ExecutorSetup alone = new ExecutorSetup(experiment.yaml(), data(), 1, hadoop);
      double[] expected = expected(alone, network);
      ParameterBlock block = centroids(network);
      for (int workers : new int[] {1, 3}) {
        ExecutorSetup setup = new ExecutorSetup(experiment.yaml(), data(), workers, hadoop);
        NearestClassMean means =
            new WorkerScoring(spark, "centroids " + workers, setup)
                .classMeans(new WorkerScoring.Model(parameters, OptionalLong.empty()), 3);
        FlatVector begun = HeadCentroids.set(parameters, network.layout(), means);
        assertThat(numbers(begun, block)).containsExactly(expected, within(1e-6));
        assertThat(begun.range(0, (int) block.offset()))
            .isEqualTo(parameters.range(0, (int) block.offset()));
        Resident.dismissAll("centroids " + workers);
      }
    }
  }

  private static double[] expected(ExecutorSetup setup, Network network) {
    try (Scorer scorer = setup.scorer(data())) {
      FeatureMean[] means = new FeatureMean[3];
      Arrays.setAll(means, c -> FeatureMean.of(network.featureWidth()));
      scorer
          .outputs(network, 0, 1, EnumSet.of(NetworkOutput.FEATURES))
          .forEachRemaining(
              batch -> {
                float[][] features = batch.of().get(NetworkOutput.FEATURES);
                for (int i = 0; i < features.length; i++) {
                  means[scorer.samples().label(batch.rows()[i])].add(
                      NearestClassMean.doubles(features[i]));
                }
              });
      return Arrays.stream(means).map(FeatureMean::mean).flatMapToDouble(Arrays::stream).toArray();
    }
  }

  @Test
  void theMemoryIsWhatTheMethodLearnsAndAResumedRunEndsWithTheSameBits() {
    Experiment experiment = Experiment.parse(YAML, "test", List.of());
    TrainResult whole = TrainJob.run(spark, options(experiment, "whole"), Console.silent());
    TrainingState state = Checkpoint.open(whole.latest(), CONF).state();
    // the fourth line reports the first round of the second stage
    assertThatThrownBy(
            () -> TrainJob.run(spark, options(experiment, "halves"), Console.interrupting(4)))
        .hasMessage("interrupted");
    TrainResult halves = TrainJob.run(spark, options(experiment, "halves"), Console.silent());
    assertThat(Checkpoint.open(halves.latest(), CONF).state()).isEqualTo(state);
    try (Network network = experiment.network(dataset)) {
      double[] remembered = numbers(state.parameters(), centroids(network));
      double[] learnt = new double[remembered.length];
      ByteBuffer.wrap(state.method()).asDoubleBuffer().get(learnt);
      assertThat(remembered).containsExactly(learnt, within(1e-6));
    }
  }

  @Test
  void theRecipeGoesOnFromItsPlainFirstStage() {
    String[] small = {
      "data.transforms=[{type: pad-crop, padding: 1}]",
      "stages.0.epochs=1",
      "stages.0.batch-size=24"
    };
    TrainResult plain =
        TrainJob.run(spark, options(recipe("oltr-plain", small), "plain"), Console.silent());
    Experiment oltr = recipe("oltr", small);
    Experiment going =
        recipe("oltr", small[0], small[1], small[2], "model.weights=" + plain.latest());
    assertThat(going.stages()).isEqualTo(oltr.stages());
    TrainResult result = TrainJob.run(spark, options(going, "oltr"), Console.silent());
    assertThat(result.iteration()).isEqualTo(2);
    assertThat(result.metrics()).containsKey("top1");
  }

  private static Experiment recipe(String name, String... overrides) {
    return Experiment.load("conf/imagenet-lt/%s.yaml".formatted(name), List.of(overrides), CONF);
  }

  private static TrainOptions options(Experiment experiment, String output) {
    return new TrainOptions(
        experiment,
        data(),
        Optional.of(data()),
        directory.resolve(output).toString(),
        OptionalInt.of(2),
        TrainOptions.Existing.RESUME);
  }

  private static ParameterBlock centroids(Network network) {
    return network.layout().stream()
        .filter(block -> block.role() == Role.CENTROIDS)
        .findFirst()
        .orElseThrow();
  }

  private static double[] numbers(FlatVector parameters, ParameterBlock block) {
    int from = (int) block.offset();
    return parameters.range(from, from + (int) block.length()).toArray().toDoubleVector();
  }

  private static String data() {
    return directory.resolve("train").toString();
  }
}
