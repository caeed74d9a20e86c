package longtail.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.sample.BatchStream;
import longtail.sample.ClassBalancedSampler;
import longtail.sample.InstanceSampler;
import longtail.sample.Population;
import longtail.sample.Sampler;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Stage;
import org.junit.jupiter.api.Test;

class StreamPlanTest {
  private static final Population TRAINING = population(23, 3);
  private static final Population META = population(12, 3);
  private static final int EPOCHS = 4;
  private static final int BATCH = 5;

  @Test
  void aStreamOverTheTrainingSetHasBatchesAsLargeAsTheStages() {
    StreamPlan own = StreamPlan.own(stage(), 0, 7, TRAINING);
    StreamPlan other = further(BatchStream.training(new ClassBalancedSampler()), 1, TRAINING);
    for (int step = 0; step < 20; step++) {
      assertThat(rows(other, step)).hasSameSizeAs(rows(own, step));
    }
  }

  @Test
  void streamsOfTheSameSamplerDiffer() {
    StreamPlan own = StreamPlan.own(stage(), 0, 7, TRAINING);
    StreamPlan first = further(BatchStream.training(new InstanceSampler()), 1, TRAINING);
    StreamPlan second = further(BatchStream.training(new InstanceSampler()), 2, TRAINING);
    assertThat(rows(first, 0)).isNotEqualTo(rows(own, 0)).isNotEqualTo(rows(second, 0));
  }

  @Test
  void passesVisitEveryImageOfASmallSetBeforeTheyRepeat() {
    StreamPlan plan = further(meta(BatchStream.Order.PASSES, 4), 1, META);
    for (int pass = 0; pass < 5; pass++) {
      List<Integer> seen = new ArrayList<>();
      for (int step = 3 * pass; step < 3 * pass + 3; step++) {
        seen.addAll(rows(plan, step));
      }
      assertThat(seen).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 12).boxed().toList());
    }
  }

  @Test
  void freshBatchesAreIndependentOfOneAnotherAndWithoutRepetition() {
    StreamPlan plan = further(meta(BatchStream.Order.FRESH, 6), 1, META);
    List<List<Integer>> batches = IntStream.range(0, 6).mapToObj(step -> rows(plan, step)).toList();
    assertThat(batches).doesNotHaveDuplicates();
    assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSize(6).doesNotHaveDuplicates());
    assertThat(rows(plan, 2)).isEqualTo(batches.get(2));
  }

  @Test
  void aFixedBatchStays() {
    StreamPlan plan = further(meta(BatchStream.Order.FIXED, 6), 1, META);
    assertThat(rows(plan, 17)).isEqualTo(rows(plan, 0));
  }

  @Test
  void aBatchIsNeverLargerThanItsSource() {
    StreamPlan plan = further(meta(BatchStream.Order.FRESH, 100), 1, META);
    assertThat(rows(plan, 3))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 12).boxed().toList());
  }

  private static BatchStream meta(BatchStream.Order order, int size) {
    Sampler sampler = new InstanceSampler();
    return new BatchStream(BatchStream.Source.META, sampler, order, Optional.of(size));
  }

  private static StreamPlan further(BatchStream stream, int number, Population source) {
    return StreamPlan.further(stream, number, stage(), 0, 7, source, 20);
  }

  private static Stage stage() {
    return Experiment.parse(
            "{name: streams, stages: [{epochs: %d, batch-size: %d, last-batch: keep}]}"
                .formatted(EPOCHS, BATCH),
            "test",
            List.of())
        .stages()
        .get(0);
  }

  private static List<Integer> rows(StreamPlan plan, int step) {
    return IntStream.range(0, 3)
        .flatMap(shard -> Arrays.stream(plan.rows(step, shard)))
        .boxed()
        .toList();
  }

  private static Population population(int rows, int shards) {
    int[] labels = IntStream.range(0, rows).map(i -> i % 2).toArray();
    int[] sizes = new int[shards];
    Arrays.fill(sizes, rows / shards);
    sizes[0] += rows % shards;
    return Population.of(labels, 2, sizes);
  }
}
