package longtail.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.config.Yaml;
import longtail.dataset.ClassCounts;
import org.junit.jupiter.api.Test;

class EpochPlanTest {
  // 4 shards; class 0: 40 images, 1: 13, 2: 4 (as many as shards), 3: 3 and 4: 1 (tail), 5: none
  private static final int[] COUNTS = {40, 13, 4, 3, 1, 0};
  private static final Population POPULATION = population(COUNTS, 20, 5, 19, 17);

  @Test
  void anInstanceEpochWithItsLastBatchHasEveryImageOnce() {
    EpochPlan plan = plan(new InstanceSampler(), 8, LastBatch.KEEP, 0);
    assertThat(plan.steps()).isEqualTo(8);
    assertThat(rows(plan)).containsExactlyInAnyOrder(IntStream.range(0, 61).toArray());
  }

  @Test
  void anInstanceEpochWithoutItsLastBatchHasNoImageTwice() {
    EpochPlan plan = plan(new InstanceSampler(), 8, LastBatch.DROP, 0);
    assertThat(plan.steps()).isEqualTo(7);
    assertThat(rows(plan)).hasSize(56).doesNotHaveDuplicates();
  }

  @Test
  void everyFullStepHasExactlyItsBatchSize() {
    for (Sampler sampler : samplers()) {
      EpochPlan plan = plan(sampler, 7, LastBatch.KEEP, 2);
      for (int t = 0; t < plan.steps() - 1; t++) {
        assertThat(step(plan, t)).hasSize(7);
      }
      assertThat(step(plan, plan.steps() - 1)).hasSize(61 - 7 * 8);
    }
  }

  @Test
  void epochsDiffer() {
    for (Sampler sampler : samplers()) {
      assertThat(rows(plan(sampler, 8, LastBatch.DROP, 0)))
          .isNotEqualTo(rows(plan(sampler, 8, LastBatch.DROP, 1)));
    }
  }

  @Test
  void aStepCanBeReadWithoutTheStepsBeforeIt() {
    for (Sampler sampler : samplers()) {
      EpochPlan all = plan(sampler, 8, LastBatch.DROP, 3);
      rows(all);
      assertThat(step(plan(sampler, 8, LastBatch.DROP, 3), 5)).isEqualTo(step(all, 5));
    }
  }

  @Test
  void shardsGiveTheirOwnImagesExceptThoseOfTailClasses() {
    int[] firstRows = {0, 20, 25, 44, 61};
    EpochPlan plan = plan(new ClassBalancedSampler(), 61, LastBatch.KEEP, 0);
    for (int s = 0; s < 4; s++) {
      for (int row : plan.rows(0, s)) {
        assertThat(
                POPULATION.tail(POPULATION.label(row))
                    || (row >= firstRows[s] && row < firstRows[s + 1]))
            .isTrue();
      }
    }
  }

  @Test
  void aWorkerDrawsFromItsShardsAndTheTailClassesUnlessOneSequenceServesAllShards() {
    for (Sampler sampler : samplers()) {
      assertThat(sampler.keepsToShards()).isNotEqualTo(sampler instanceof ClassAwareSampler);
      if (sampler.keepsToShards()) {
        EpochPlan plan = plan(sampler, 61, LastBatch.KEEP, 0);
        assertThat(POPULATION.drawableBy(1, 3)).contains(plan.rows(0, 1));
        assertThat(POPULATION.drawableBy(0, 2)).contains(plan.rows(0, 2));
      }
    }
    assertThat(POPULATION.drawableBy(0, 1)).hasSize(61);
    assertThat(POPULATION.drawableBy(1, 3)).hasSizeLessThan(10);
  }

  @Test
  void theProbabilityOfEveryImageIsThatOfItsClassOverTheImagesOfTheClass() {
    double[] probabilities = {0.1, 0.3, 0.15, 0.25, 0.2, 0};
    double[] shares = ClassMixture.shardWeights(POPULATION, probabilities);
    assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-12));
    double[] ofImage = new double[POPULATION.size()];
    for (int s = 0; s < POPULATION.shards(); s++) {
      ClassMixture mixture = ClassMixture.of(POPULATION, s, probabilities);
      assertThat(mixture.weight()).isCloseTo(shares[s], within(1e-12));
      int shard = s;
      mixture.forEachImage(
          (row, weight) -> ofImage[row] += shares[shard] * weight / mixture.weight());
    }
    for (int row = 0; row < ofImage.length; row++) {
      int label = POPULATION.label(row);
      assertThat(ofImage[row]).isCloseTo(probabilities[label] / COUNTS[label], within(1e-12));
    }
  }

  @Test
  void classBalancedDrawsFollowTheirProbabilities() {
    int epochs = 400;
    int[] draws = new int[COUNTS.length];
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (int row : rows(plan(new ClassBalancedSampler(), 8, LastBatch.DROP, epoch))) {
        draws[POPULATION.label(row)]++;
      }
    }
    double n = epochs * 56.0;
    for (int c = 0; c < 5; c++) {
      assertThat(draws[c] / n).isCloseTo(0.2, within(5 * Math.sqrt(0.2 * 0.8 / n)));
    }
    assertThat(draws[5]).isZero();
  }

  @Test
  void classBalancedGivesEveryClassWithImagesTheSameProbability() {
    assertThat(new ClassBalancedSampler().classProbabilities(ClassCounts.of(3, 0, 9, 1, 5), 0, 1))
        .hasValue(new double[] {0.25, 0, 0.25, 0.25, 0.25});
  }

  @Test
  void anEpochWithoutAStepIsRefused() {
    assertThatThrownBy(() -> plan(new InstanceSampler(), 62, LastBatch.DROP, 0))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("62")
        .hasMessageContaining("61");
  }

  private static Sampler[] samplers() {
    return new Sampler[] {
      new InstanceSampler(),
      new ClassBalancedSampler(),
      new SquareRootSampler(),
      new ProgressiveSampler(),
      new ReverseSampler(),
      new PowerWeightedSampler(0.4),
      new ClassAwareSampler(3),
      Yaml.read("{}", "test.yaml", ClassPrioritySampler.class),
      new DeferredSampler(1, new SquareRootSampler())
    };
  }

  private static EpochPlan plan(Sampler sampler, int batchSize, LastBatch lastBatch, int epoch) {
    return EpochPlan.of(
        POPULATION, sampler, new Batching(batchSize, lastBatch), new Epoch(7, 0, epoch, 10));
  }

  private static int[] step(EpochPlan plan, int step) {
    return IntStream.range(0, POPULATION.shards())
        .flatMap(s -> Arrays.stream(plan.rows(step, s)))
        .toArray();
  }

  private static int[] rows(EpochPlan plan) {
    return IntStream.range(0, plan.steps()).flatMap(t -> Arrays.stream(step(plan, t))).toArray();
  }

  private static Population population(int[] counts, int... shardSizes) {
    int[] labels =
        IntStream.range(0, counts.length)
            .flatMap(c -> IntStream.generate(() -> c).limit(counts[c]))
            .toArray();
    RandomStreams.shuffle(labels, RandomStreams.of(3));
    return Population.of(labels, counts.length, shardSizes);
  }
}
