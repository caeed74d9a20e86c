package longtail.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.dataset.LongTailProfile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardPlanTest {
  private static final int CLASSES = 13;
  private static final int[] LABELS = longTail();

  private static int[] longTail() {
    int[] counts = LongTailProfile.exponential(100).counts(300, CLASSES).toArray();
    int[] labels =
        IntStream.range(0, CLASSES)
            .flatMap(c -> IntStream.generate(() -> c).limit(counts[c]))
            .toArray();
    RandomStreams.shuffle(labels, RandomStreams.of(7));
    return labels;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16, 64})
  void everyImageIsInExactlyOneShard(int shards) {
    ShardPlan plan = ShardPlan.of(LABELS, shards, 42);

    int[] all =
        IntStream.range(0, shards)
            .flatMap(s -> Arrays.stream(plan.positions(s)))
            .sorted()
            .toArray();
    assertThat(all).isEqualTo(IntStream.range(0, LABELS.length).toArray());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7, 16, 64})
  void shardsDifferByAtMostOneImageInAllAndOfEachClass(int shards) {
    ShardPlan plan = ShardPlan.of(LABELS, shards, 42);

    assertThat(spread(IntStream.range(0, shards).map(s -> plan.positions(s).length)))
        .isLessThanOrEqualTo(1);
    for (int c = 0; c < CLASSES; c++) {
      int label = c;
      assertThat(spread(IntStream.range(0, shards).map(s -> count(plan.positions(s), label))))
          .as("class %d", c)
          .isLessThanOrEqualTo(1);
    }
  }

  @Test
  void isAPureFunctionOfLabelsShardsAndSeed() {
    int[] positions = ShardPlan.of(LABELS, 4, 42).positions(1);

    assertThat(ShardPlan.of(LABELS, 4, 42).positions(1)).isEqualTo(positions);
    assertThat(ShardPlan.of(LABELS, 4, 43).positions(1)).isNotEqualTo(positions);
  }

  @Test
  void mixesTheClassesWithinAShard() {
    int[] positions = ShardPlan.of(LABELS, 2, 42).positions(0);

    long changes =
        IntStream.range(1, positions.length)
            .filter(i -> LABELS[positions[i]] != LABELS[positions[i - 1]])
            .count();
    assertThat(changes).isGreaterThan(positions.length / 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void thereAreNoEmptyShards(int shards) {
    assertThatThrownBy(() -> ShardPlan.of(new int[] {0, 1, 1}, shards, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("from 1 to the number of images 3, was " + shards);
  }

  private static int count(int[] positions, int label) {
    return (int) Arrays.stream(positions).filter(i -> LABELS[i] == label).count();
  }

  private static int spread(IntStream values) {
    var summary = values.summaryStatistics();
    return summary.getMax() - summary.getMin();
  }
}
