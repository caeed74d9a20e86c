package longtail.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import org.junit.jupiter.api.Test;

class GeneratedRowsTest {
  private static final int[] COUNTS = {30, 8, 3};
  private static final int[] GENERATED = {3, 25, 30};
  private static final int SHARDS = 4;
  private static final Population PLAIN =
      Population.of(labels(COUNTS, 1), COUNTS.length, 11, 10, 9, 11);
  private static final Population POPULATION =
      PLAIN.withGenerated(labels(GENERATED, 2), 20, 18, 20);

  @Test
  void lengthAndCountsAreThoseOfTheDataset() {
    assertThat(POPULATION.size()).isEqualTo(41);
    assertThat(POPULATION.counts()).isEqualTo(PLAIN.counts());
    assertThat(IntStream.range(0, SHARDS).map(POPULATION::shardSize))
        .containsExactly(11, 10, 9, 11);
    int[] generated = labels(GENERATED, 2);
    assertThat(IntStream.range(41, 99).map(POPULATION::label).toArray()).isEqualTo(generated);
  }

  @Test
  void anInstanceEpochIsAsWithoutThem() {
    assertThat(rows(POPULATION, new InstanceSampler(), 1))
        .isEqualTo(rows(PLAIN, new InstanceSampler(), 1));
  }

  @Test
  void imagesOfAClassAreEquallyLikelyWhetherGeneratedOrNot() {
    List<Sampler> samplers =
        List.of(
            new ClassBalancedSampler(),
            new SquareRootSampler(),
            new ProgressiveSampler(),
            new ReverseSampler());
    for (Sampler sampler : samplers) {
      double[] classes = sampler.classProbabilities(PLAIN.counts(), 3, 10).orElseThrow();
      double[] probability = new double[99];
      for (int shard = 0; shard < SHARDS; shard++) {
        ClassMixture.of(POPULATION, shard, classes)
            .forEachImage((row, weight) -> probability[row] += weight);
      }
      for (int row = 0; row < probability.length; row++) {
        int label = POPULATION.label(row);
        assertThat(probability[row])
            .isCloseTo(classes[label] / (COUNTS[label] + GENERATED[label]), within(1e-12));
      }
      int[] epoch = rows(POPULATION, sampler, 3);
      assertThat(Arrays.stream(epoch).boxed())
          .hasSize(40)
          .anyMatch(row -> row >= 41)
          .anyMatch(row -> row < 41);
    }
  }

  @Test
  void classAwareSamplingGoesThroughTheGeneratedImagesToo() {
    int[] drawn =
        IntStream.range(0, 30)
            .flatMap(e -> Arrays.stream(rows(POPULATION, new ClassAwareSampler(2), e)))
            .distinct()
            .sorted()
            .toArray();
    assertThat(drawn).isEqualTo(IntStream.range(0, 99).toArray());
  }

  @Test
  void moreShardsThanTheDatasetHasAreRefused() {
    assertThatThrownBy(() -> PLAIN.withGenerated(new int[] {0, 0, 1, 1, 2}, 1, 1, 1, 1, 1))
        .hasMessageContaining("at most 4 shards")
        .hasMessageContaining("5");
  }

  private static int[] rows(Population population, Sampler sampler, int epoch) {
    EpochPlan plan =
        EpochPlan.of(
            population, sampler, new Batching(8, LastBatch.DROP), new Epoch(7, 0, epoch, 40));
    return IntStream.range(0, plan.steps())
        .flatMap(t -> IntStream.range(0, SHARDS).flatMap(s -> Arrays.stream(plan.rows(t, s))))
        .toArray();
  }

  private static int[] labels(int[] counts, long seed) {
    int[] labels =
        IntStream.range(0, counts.length)
            .flatMap(c -> IntStream.generate(() -> c).limit(counts[c]))
            .toArray();
    RandomStreams.shuffle(labels, RandomStreams.of(seed));
    return labels;
  }
}
