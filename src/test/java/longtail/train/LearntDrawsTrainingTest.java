package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import longtail.LongTailException;
import longtail.shard.ShardedDataset;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers whose batches are drawn with rates that Balanced Meta-Softmax learns on the way. */
class LearntDrawsTrainingTest {
  private static final String YAML =
      """
      name: toy
      data: {transforms: [{type: pad-crop, padding: 1}]}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
      stages:
        - {name: all, epochs: 1, batch-size: 8}
        - name: rates
          epochs: 2
          batch-size: 8
          method: {type: balanced-meta-softmax, init-power: 0.3, meta-lr: 0.7, lag: %d}
          loss: balanced-softmax
          freeze: backbone
          frozen-norm: %s
          reinitialize: head
          schedule: constant
        - {name: after, epochs: 1, batch-size: 8}
      averaging: {every: %d}
      loading: {ahead: %d}
      checkpoints: {every-epochs: 5}
      evaluation: {every-epochs: 5}
      """;

  @TempDir Path directory;
  private ShardedDataset dataset;

  @BeforeEach
  void prepare() throws IOException {
    dataset = PreparedToys.write(directory, "toys", 8);
  }

  @Test
  void aRunThatIsResumedAnywhereEqualsTheUninterruptedOneToTheBit() {
    for (int lag : new int[] {0, 2}) {
      Experiment experiment = experiment(lag, "batch", 2, 3);
      TrainingState uninterrupted = run(experiment, start(experiment), 2, Integer.MAX_VALUE);
      for (int rounds : new int[] {2, 3, 4}) {
        TrainingState stopped = run(experiment, start(experiment), 2, rounds);
        assertThat(run(experiment, stopped, 2, Integer.MAX_VALUE)).isEqualTo(uninterrupted);
      }
      assertThat(run(experiment, start(experiment), 2, 3).method()).isNotEmpty();
    }
  }

  @Test
  void batchesAheadDoNotChangeTheResult() {
    for (int lag : new int[] {0, 2}) {
      Experiment none = experiment(lag, "running", 6, 1);
      Experiment some = experiment(lag, "running", 6, 4);
      TrainingState start = start(none);
      assertThat(run(some, start, 1, Integer.MAX_VALUE))
          .isEqualTo(run(none, start, 1, Integer.MAX_VALUE));
    }
  }

  @Test
  void theLagIsThatOfTheRatesNotOfTheWorkers() {
    Experiment current = experiment(0, "running", 6, 1, "stages.1.method.meta-lr=3");
    Experiment older = experiment(2, "running", 6, 1, "stages.1.method.meta-lr=3");
    TrainingState start = start(current);
    // the lag shows once the rates have moved
    assertThat(run(older, start, 1, Integer.MAX_VALUE).parameters())
        .isNotEqualTo(run(current, start, 1, Integer.MAX_VALUE).parameters());
  }

  @Test
  void anEpochBeginsWithTheRatesOfItsBeginningWhereverRoundsEnd() {
    Experiment whole = experiment(2, "running", 6, 4);
    Experiment cut = experiment(2, "running", 6, 4, "evaluation.every-epochs=1");
    TrainingState start = start(whole);
    assertThat(run(cut, start, 1, Integer.MAX_VALUE))
        .isEqualTo(run(whole, start, 1, Integer.MAX_VALUE));
  }

  @Test
  void aSamplerBesideLearntDrawsIsRefused() {
    String yaml =
        """
        name: toy
        stages: [{epochs: 1, method: balanced-meta-softmax, sampler: class-balanced, freeze: backbone}]
        """;
    assertThatThrownBy(() -> Experiment.parse(yaml, "test", List.of()))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("sampler must be absent");
  }

  private static Experiment experiment(
      int lag, String norm, int every, int ahead, String... overrides) {
    return Experiment.parse(YAML.formatted(lag, norm, every, ahead), "test", List.of(overrides));
  }

  private TrainingState start(Experiment experiment) {
    return ToyRounds.start(experiment, dataset);
  }

  private TrainingState run(
      Experiment experiment, TrainingState from, int workers, int roundsToDo) {
    return ToyRounds.run(experiment, dataset, from, workers, roundsToDo);
  }
}
