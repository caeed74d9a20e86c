package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Role;
import longtail.shard.ShardedDataset;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Freeze;
import longtail.train.experiment.Rounds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers with a real network on a real prepared dataset. */
class NetworkTrainingTest {
  private static final String YAML =
      """
      name: toy
      data: {transforms: [{type: pad-crop, padding: 1}, {type: horizontal-flip}]}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
      stages:
        - {name: all, epochs: 4, batch-size: 8, optimizer: {type: sgd, lr: 0.05}, schedule: constant}
        - {name: head, epochs: 2, batch-size: 8, sampler: class-balanced, freeze: backbone,
           frozen-norm: running, reinitialize: head, optimizer: {type: sgd, lr: 0.05}}
      averaging: {every: 2}
      """;

  @TempDir Path directory;
  private Experiment experiment = Experiment.parse(YAML, "test", List.of());
  private ShardedDataset dataset;

  @BeforeEach
  void prepare() throws IOException {
    dataset = PreparedToys.write(directory, "toys", 8);
  }

  private static final String TWO_VIEWS =
      """
      name: toy
      data: {transforms: [{type: pad-crop, padding: 1}, {type: horizontal-flip}]}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, head: {type: glmc, embedding: 6}}
      stages:
        - {name: views, epochs: 3, batch-size: 8, last-batch: keep, method: {type: glmc, similarity: 2},
           optimizer: {type: sgd, lr: 0.05}}
        - {name: max-norm, epochs: 2, batch-size: 8, freeze: backbone,
           constraint: {type: max-norm, threshold: 0.1}, optimizer: {type: sgd, lr: 0.05}}
      averaging: {every: 2}
      """;

  @Test
  void theLossFalls() {
    List<Double> losses = new ArrayList<>();
    run(start(), 1, 6, losses);
    assertThat(losses.get(5)).isLessThan(losses.get(0));
  }

  @Test
  void aResumedRunEqualsTheUninterruptedOneToTheBitThroughACheckpoint() {
    TrainingState uninterrupted = run(start(), 2, Integer.MAX_VALUE);
    for (int rounds : new int[] {1, 3, 7}) {
      TrainingState stopped = run(start(), 2, rounds);
      assertThat(run(savedAndLoaded(stopped), 2, Integer.MAX_VALUE)).isEqualTo(uninterrupted);
    }
  }

  @Test
  void trainingOnTwoViewsIsResumedToTheBit() {
    experiment = Experiment.parse(TWO_VIEWS, "test", List.of());
    TrainingState uninterrupted = run(start(), 2, Integer.MAX_VALUE);
    for (int rounds : new int[] {1, 4, 8}) {
      TrainingState stopped = run(start(), 2, rounds);
      assertThat(run(savedAndLoaded(stopped), 2, Integer.MAX_VALUE)).isEqualTo(uninterrupted);
    }
  }

  @Test
  void trainingWithDropoutIsResumedToTheBit() {
    TrainingState without = run(start(), 2, 2);
    experiment = Experiment.parse(YAML, "test", List.of("model.dropout=0.4"));
    TrainingState uninterrupted = run(start(), 2, Integer.MAX_VALUE);
    TrainingState stopped = run(start(), 2, 2);
    assertThat(stopped.parameters()).isNotEqualTo(without.parameters());
    assertThat(run(savedAndLoaded(stopped), 2, Integer.MAX_VALUE)).isEqualTo(uninterrupted);
  }

  @Test
  void theLossOfTwoViewsFallsWithAnyNumberOfWorkers() {
    experiment =
        Experiment.parse(TWO_VIEWS, "test", List.of("stages.0.epochs=8", "stages.1.epochs=1"));
    int rounds = Rounds.of(experiment, dataset.samples().size()).stepsPerEpoch(0) * 4;
    for (int workers : new int[] {1, 2, 3}) {
      List<Double> losses = new ArrayList<>();
      run(start(), workers, rounds, losses);
      assertThat(losses.get(losses.size() - 1)).isFinite().isLessThan(losses.get(0));
    }
  }

  @Test
  void onAFrozenBackboneManyWorkersEqualOne() {
    experiment =
        Experiment.parse(
            """
            name: toy
            data: {transforms: [{type: pad-crop, padding: 1}]}
            model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, precision: float64}
            stages: [{epochs: 2, batch-size: 8, freeze: backbone, frozen-norm: running}]
            averaging: {every: 1}
            """,
            "test",
            List.of());
    TrainingState one = run(start(), 1, Integer.MAX_VALUE);
    for (int workers : new int[] {2, 3}) {
      TrainingState many = run(start(), workers, Integer.MAX_VALUE);
      assertClose(many.parameters(), one.parameters());
    }
    assertThat(one.parameters()).isNotEqualTo(start().parameters());
  }

  @Test
  void manyWorkersKeepTheMovingAverageOfOne() {
    experiment = updating("moving-average: {decay: 0.9}, clip-norm: 1000, groups: {head-rate: 2},");
    int steps = Rounds.of(experiment, dataset.samples().size()).stepsPerEpoch(0);
    TrainingState one = run(start(), 1, steps);
    for (int workers : new int[] {2, 3}) {
      TrainingState many = run(start(), workers, steps);
      assertClose(many.parameters(), one.parameters());
      assertClose(many.optimizer(), one.optimizer());
    }
  }

  @Test
  void averageAndConstraintAndClippingAreResumedToTheBit() {
    experiment =
        updating(
            "moving-average: {decay: 0.9}, clip-norm: 0.5, constraint: {type: max-norm, threshold: 0.5},");
    TrainingState uninterrupted = run(start(), 2, Integer.MAX_VALUE);
    int steps = Rounds.of(experiment, dataset.samples().size()).stepsPerEpoch(0);
    for (int rounds : new int[] {1, steps, 2 * steps}) {
      TrainingState saved = savedAndLoaded(run(start(), 2, rounds));
      assertThat(run(saved, 2, Integer.MAX_VALUE)).isEqualTo(uninterrupted);
    }
  }

  @Test
  void theMovingAverageIsTheModelAndTheStartOfTheNextStage() {
    experiment = updating("moving-average: {decay: 0.9},");
    int steps = Rounds.of(experiment, dataset.samples().size()).stepsPerEpoch(0);
    TrainingState during = run(start(), 1, steps);
    FlatVector average =
        during.optimizer().range(during.parameters().length(), 2 * during.parameters().length());
    assertThat(during.model(experiment)).isEqualTo(average).isNotEqualTo(during.parameters());
    try (Network saved = checkpoint(during).network()) {
      assertThat(FlatVector.copyOf(saved.parameters())).isEqualTo(average);
    }
    TrainingState after = run(during, 1, steps);
    assertThat(after.cursor()).isEqualTo(new Cursor(1, 0, 0));
    assertThat(after.model(experiment)).isEqualTo(after.parameters());
    assertThat(after.parameters().at(after.parameters().length() - 1))
        .isEqualTo(after.optimizer().at(2 * after.parameters().length() - 1));
  }

  /** Two stages in float64 whose steps are exact over workers, the first of two epochs. */
  private static Experiment updating(String keys) {
    return Experiment.parse(
        """
        name: toy
        data: {transforms: [{type: pad-crop, padding: 1}]}
        model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, precision: float64}
        stages:
          - {name: one, epochs: 2, batch-size: 8, freeze: backbone, frozen-norm: running, %s
             schedule: {type: warmup-cosine, warmup: 2}, rate-changes: every-step}
          - {name: two, epochs: 1, batch-size: 8, freeze: backbone, frozen-norm: running}
        averaging: {every: 1}
        """
            .formatted(keys),
        "test",
        List.of());
  }

  private static void assertClose(FlatVector got, FlatVector want) {
    assertThat(got.length()).isEqualTo(want.length());
    for (int i = 0; i < want.length(); i++) {
      assertThat(got.at(i)).isCloseTo(want.at(i), within(1e-10));
    }
  }

  @Test
  void deferredReweightingBeginsWithItsEpoch() {
    List<Double> plain = lossesOf("cross-entropy");
    List<Double> deferred =
        lossesOf("{type: deferred, start-epoch: 2, loss: {type: class-balanced, beta: 0.9}}");
    int steps = Rounds.of(experiment, dataset.samples().size()).stepsPerEpoch(0);
    assertThat(deferred.subList(0, 2 * steps)).isEqualTo(plain.subList(0, 2 * steps));
    assertThat(deferred.get(2 * steps)).isNotEqualTo(plain.get(2 * steps));
  }

  @Test
  void randomMasksAreTheSameInEveryRunOfASeed() {
    List<Double> losses = lossesOf("{type: seql, lambda: 1}");
    assertThat(lossesOf("{type: seql, lambda: 1}")).isEqualTo(losses);
    assertThat(losses).isNotEqualTo(lossesOf("cross-entropy"));
  }

  /** Step by step, one worker, three epochs. */
  private List<Double> lossesOf(String loss) {
    experiment =
        Experiment.parse(
            """
            name: toy
            data: {transforms: []}
            model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
            stages: [{epochs: 3, batch-size: 8, loss: %s, optimizer: {type: sgd, lr: 0.01}}]
            averaging: {every: 1}
            """
                .formatted(loss),
            "test",
            List.of());
    List<Double> losses = new ArrayList<>();
    run(start(), 1, Integer.MAX_VALUE, losses);
    return losses;
  }

  @Test
  void theCacheOfDecodedImagesDoesNotChangeTheResult() {
    TrainingState cached = run(start(), 1, 4);
    experiment = Experiment.parse(YAML + "loading: {cache-mebibytes: 0}", "test", List.of());
    assertThat(run(start(), 1, 4)).isEqualTo(cached);
  }

  @Test
  void aFrozenBackboneKeepsItsParametersAndItsRunningStatistics() {
    List<ParameterBlock> layout;
    try (Network network = experiment.network(dataset)) {
      layout = network.layout();
    }
    TrainingState afterFirst = run(start(), 1, 8);
    assertThat(afterFirst.cursor()).isEqualTo(new Cursor(1, 0, 0));
    TrainingState end = run(afterFirst, 1, Integer.MAX_VALUE);
    for (ParameterBlock block : layout) {
      FlatVector before = part(afterFirst.parameters(), block);
      FlatVector after = part(end.parameters(), block);
      if (block.head()) {
        assertThat(after).isNotEqualTo(before);
      } else {
        assertThat(after).isEqualTo(before);
      }
    }
  }

  /** On one worker and on two, whose averaging leaves frozen spans out. */
  @Test
  void frozenLayersKeepTheirParameters() {
    experiment =
        Experiment.parse(
            """
            name: layers
            model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
            stages:
              - epochs: 1
                batch-size: 8
                freeze: {type: layers, names: [conv1, bn1, layer1, layer2]}
                optimizer: {type: sgd, lr: 0.05, momentum: 0.9, weight-decay: 0.01}
            averaging: {every: 1}
            """,
            "test",
            List.of());
    TrainingState start = start();
    for (int workers = 1; workers <= 2; workers++) {
      TrainingState end = run(start, workers, Integer.MAX_VALUE);
      try (Network network = experiment.network(dataset)) {
        for (ParameterBlock block : network.layout()) {
          boolean moves =
              !block.trainable()
                  || block.name().startsWith("layer3.")
                  || block.name().startsWith("classifier.");
          assertThat(part(end.parameters(), block).equals(part(start.parameters(), block)))
              .as(block.name())
              .isNotEqualTo(moves);
        }
      }
    }
  }

  @Test
  void runningStatisticsMoveAndAreNoPartOfTheOptimisersSpans() {
    TrainingState start = start();
    TrainingState end = run(start, 1, 1);
    try (Network network = experiment.network(dataset)) {
      for (ParameterBlock block : network.layout()) {
        if (block.role() == Role.RUNNING_MEAN) {
          assertThat(part(end.parameters(), block)).isNotEqualTo(part(start.parameters(), block));
          FlatVector state = part(end.optimizer(), block);
          assertThat(state).isEqualTo(FlatVector.zeros(state.type(), state.length()));
        }
      }
      assertThat(new Freeze.None().trainable(network.layout()))
          .isNotEmpty()
          .allSatisfy(span -> assertThat(span.length()).isPositive());
    }
  }

  private TrainingState start() {
    return ToyRounds.start(experiment, dataset);
  }

  private TrainingState savedAndLoaded(TrainingState state) {
    return checkpoint(state).state();
  }

  private Checkpoint checkpoint(TrainingState state) {
    Checkpoints checkpoints =
        Checkpoints.of(
            directory.resolve("run").toString(), experiment.checkpoints(), PreparedToys.CONF);
    try (Network network = experiment.network(dataset)) {
      checkpoints.save(state, network, experiment, dataset, 2, Map.of());
    }
    return checkpoints.latest().orElseThrow();
  }

  private TrainingState run(TrainingState from, int workers, int roundsToDo) {
    return ToyRounds.run(experiment, dataset, from, workers, roundsToDo);
  }

  private TrainingState run(TrainingState from, int workers, int roundsToDo, List<Double> losses) {
    return ToyRounds.run(experiment, dataset, from, workers, roundsToDo, losses);
  }

  private static FlatVector part(FlatVector vector, ParameterBlock block) {
    return vector.range((int) block.offset(), (int) (block.offset() + block.length()));
  }
}
