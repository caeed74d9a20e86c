package longtail.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LearntDrawsTest {
  // classes of 30, 8, 2 and no images, over shards of 14, 13 and 13 rows
  private static final int[] LABELS =
      IntStream.range(0, 40).map(i -> i == 3 || i == 20 ? 2 : i % 5 == 0 ? 1 : 0).toArray();
  private static final Population POPULATION = Population.of(LABELS, 4, 14, 13, 13);
  private static final double[] PROBABILITIES = {0.2, 0.5, 0.3, 0};
  private static final RowDraw BY_CLASS = RowDraw.ofClasses(PROBABILITIES);

  @Test
  void everyImageIsDrawnWithTheProbabilityOfItsClassSharedEqually() {
    double[] expected = new double[LABELS.length];
    Arrays.setAll(
        expected, row -> PROBABILITIES[LABELS[row]] / POPULATION.counts().count(LABELS[row]));
    requireDrawn(BY_CLASS, expected);
  }

  @Test
  void everyImageIsDrawnInProportionToItsWeight() {
    double[] weights = new double[LABELS.length];
    Arrays.setAll(weights, row -> 1 + row % 7);
    double sum = Arrays.stream(weights).sum();
    requireDrawn(
        RowDraw.ofRows(weights), Arrays.stream(weights).map(weight -> weight / sum).toArray());
  }

  private static void requireDrawn(RowDraw draw, double... probabilities) {
    int[] drawn = new int[LABELS.length];
    int epochs = 2000;
    for (int epoch = 0; epoch < epochs; epoch++) {
      LearntDraws draws = draws(epoch);
      for (int step = 0; step < 4; step++) {
        Arrays.stream(draws.rows(step, draw))
            .flatMapToInt(Arrays::stream)
            .forEach(row -> drawn[row]++);
      }
    }
    double statistic = 0;
    for (int row = 0; row < drawn.length; row++) {
      double expected = epochs * 40.0 * probabilities[row];
      statistic += (drawn[row] - expected) * (drawn[row] - expected) / expected;
    }
    // the 99.99 % point of chi-square with 39 degrees of freedom
    assertThat(statistic).isLessThan(81);
  }

  @Test
  void aStepNeedsNoStepBeforeItAndFillsTheQuotas() {
    LearntDraws draws = draws(1);
    int[][] third = draws.rows(2, BY_CLASS);
    draws.rows(0, BY_CLASS);
    assertThat(draws(1).rows(2, BY_CLASS)).isDeepEqualTo(third);
    assertThat(Arrays.stream(third).mapToInt(rows -> rows.length).sum()).isEqualTo(10);
    assertThat(draws.rows(2, RowDraw.ofClasses(1, 0, 0, 0))).isNotEqualTo(third);
  }

  @Test
  void rowsGoToTheShardThatHoldsThemWhereItHasPlace() {
    int own = 0;
    int all = 0;
    for (int epoch = 0; epoch < 50; epoch++) {
      int[][] rows = draws(epoch).rows(0, RowDraw.ofClasses(0.6, 0.4, 0, 0));
      for (int shard = 0; shard < rows.length; shard++) {
        for (int row : rows[shard]) {
          own += POPULATION.shard(row) == shard ? 1 : 0;
          all++;
        }
      }
    }
    assertThat((double) own / all).isCloseTo(0.87, within(0.1));
  }

  private static LearntDraws draws(int epoch) {
    return LearntDraws.of(
        POPULATION, new Batching(10, LastBatch.DROP), new Epoch(3, 1, epoch, 2000));
  }
}
