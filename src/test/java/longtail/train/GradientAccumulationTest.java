package longtail.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Rounds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where no statistic is one of a batch, a batch in parts is the batch as a whole. */
class GradientAccumulationTest {
  private static final String YAML =
      """
      name: parts
      data: {transforms: [{type: pad-crop, padding: 1}, {type: horizontal-flip}]}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, precision: float64}
      stages:
        - name: head
          epochs: 2
          batch-size: 12
          loss: %s
          freeze: backbone
          frozen-norm: running
          clip-norm: 0.5
          optimizer: {type: sgd, lr: 0.05, momentum: 0.9, nesterov: true}
      averaging: {every: 2, scope: %s}
      """;

  @TempDir Path directory;
  private ShardedDataset dataset;

  @BeforeEach
  void prepare() throws IOException {
    dataset = PreparedToys.write(directory, "toys", 8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cross-entropy | step",
        "cross-entropy | round",
        "{type: weighted-cross-entropy, weights: {type: inverse-power, exponent: 1}} | step",
        "{type: weighted-cross-entropy, weights: {type: inverse-power, exponent: 1}} | round"
      })
  void partsAreTheWholeWhereStatisticsAreFrozen(String loss, String scope) {
    for (int workers : new int[] {1, 2}) {
      FlatVector whole = run(loss, scope, workers).parameters();
      for (int parts : new int[] {2, 3}) {
        FlatVector cut = run(loss, scope, workers, "stages.0.accumulate=" + parts).parameters();
        for (int i = 0; i < whole.length(); i++) {
          assertThat(cut.at(i)).isCloseTo(whole.at(i), within(1e-9));
        }
      }
    }
  }

  @Test
  void aWorkerOfAStepThatAllTakeTogetherNeedsAnImageForEachPart() {
    assertThatThrownBy(() -> run("cross-entropy", "step", 2, "stages.0.accumulate=12"))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("raise the batch size or lower accumulate");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stages.0.method=metasaug | needs all images of a step at once",
        "stages.0.mix=mixup | where samples are mixed",
        "stages.0.batch-size=1 | at most batch-size 1"
      })
  void whatCannotBeCutIsRefusedAtTheStart(String other, String message) {
    assertThatThrownBy(
            () ->
                Experiment.parse(
                    YAML.formatted("cross-entropy", "step"),
                    "test",
                    List.of("stages.0.accumulate=2", other)))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("accumulate must be ")
        .hasMessageContaining(message);
  }

  private TrainingState run(String loss, String scope, int workers, String... overrides) {
    Experiment experiment =
        Experiment.parse(YAML.formatted(loss, scope), "test", List.of(overrides));
    TrainingState start;
    try (Network network = experiment.network(dataset)) {
      start = TrainingState.initial(FlatVector.copyOf(network.parameters()));
    }
    return new TogetherRounds(
            experiment,
            Rounds.of(experiment, dataset.samples().size()),
            workers,
            w -> Worker.open(experiment, dataset, Optional.empty(), w, workers, PreparedToys.CONF))
        .run(start, Integer.MAX_VALUE, round -> {});
  }
}
