package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.LongTailException;
import longtail.collective.WorkerCollective;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that learn from mixed samples. */
class MixedTrainingTest {
  @TempDir Path directory;
  private ShardedDataset dataset;
  private Experiment experiment;

  @BeforeEach
  void prepare() throws IOException {
    dataset = PreparedToys.write(directory, "toys", 8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{type: mixup, alpha: 0.5}",
        "cutmix",
        "{type: remix, shares: per-sample}",
        "{type: manifold-mixup, location: layer2}",
        "{type: bbn-mix, sampler: reverse}",
        "two-samplers"
      })
  void aResumedRunEqualsTheUninterruptedOneToTheBit(String mix) {
    experiment = experiment("mix: " + mix + ",");
    List<Double> losses = new ArrayList<>();
    TrainingState uninterrupted = run(start(), Integer.MAX_VALUE, losses);
    TrainingState stopped = run(start(), 3, new ArrayList<>());
    assertThat(stopped.cursor().epoch() * 100 + stopped.cursor().step()).isPositive();
    assertThat(run(savedAndLoaded(stopped), Integer.MAX_VALUE, new ArrayList<>()))
        .isEqualTo(uninterrupted);
    experiment = experiment("");
    List<Double> plain = new ArrayList<>();
    run(start(), Integer.MAX_VALUE, plain);
    assertThat(losses).isNotEqualTo(plain).allMatch(Double::isFinite);
  }

  @Test
  void mixingNeverChangesTheImagesThatAreDrawn() {
    experiment = experiment("mix: {type: manifold-mixup, location: fc, alpha: 1.0e-6},");
    List<Double> almostUnmixed = new ArrayList<>();
    run(start(), 1, almostUnmixed);
    experiment = experiment("");
    List<Double> plain = new ArrayList<>();
    run(start(), 1, plain);
    // with lambda 0 or 1 the logits and their labels are those of the same images in another order
    assertThat(almostUnmixed.get(0)).isCloseTo(plain.get(0), within(1e-5));
  }

  @Test
  void twoSamplersLearnFromTwiceTheImages() {
    experiment = experiment("mix: two-samplers,");
    assertThat(examplesOfTheFirstStep()).isEqualTo(16);
    experiment = experiment("mix: bbn-mix,");
    assertThat(examplesOfTheFirstStep()).isEqualTo(8);
  }

  @Test
  void anUnknownPlaceOrMixtureIsAnErrorOfTheExperiment() {
    assertThatThrownBy(() -> experiment("mix: mixupp,"))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("stages.0.mix")
        .hasMessageContaining("mixup");
    experiment = experiment("mix: {type: manifold-mixup, location: layer4},");
    assertThatThrownBy(() -> run(start(), 1, new ArrayList<>()))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("layer4");
  }

  private static Experiment experiment(String keys) {
    return Experiment.parse(
        """
        name: toy
        data: {transforms: [{type: pad-crop, padding: 1}]}
        model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
        stages: [{epochs: 2, batch-size: 8, %s optimizer: {type: sgd, lr: 0.05}}]
        averaging: {every: 1}
        """
            .formatted(keys),
        "test",
        List.of());
  }

  private long examplesOfTheFirstStep() {
    try (Worker worker =
        Worker.open(experiment, dataset, Optional.empty(), 0, 1, PreparedToys.CONF)) {
      worker.restore(start());
      return worker.round(worker.next(), WorkerCollective.ALONE, () -> false).counters().examples();
    }
  }

  private TrainingState start() {
    return ToyRounds.start(experiment, dataset);
  }

  private TrainingState savedAndLoaded(TrainingState state) {
    Checkpoints checkpoints =
        Checkpoints.of(
            directory.resolve("run").toString(), experiment.checkpoints(), PreparedToys.CONF);
    try (Network network = experiment.network(dataset)) {
      checkpoints.save(state, network, experiment, dataset, 2, Map.of());
    }
    return checkpoints.latest().orElseThrow().state();
  }

  private TrainingState run(TrainingState from, int roundsToDo, List<Double> losses) {
    return ToyRounds.run(experiment, dataset, from, 2, roundsToDo, losses);
  }
}
