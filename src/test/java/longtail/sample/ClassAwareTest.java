package longtail.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import org.junit.jupiter.api.Test;

class ClassAwareTest {
  // class 0: 40 images, 1: 13, 2: 4, 3: 3 and 4: 1 (tail classes of 4 shards), 5: none
  private static final int[] LABELS = labels(40, 13, 4, 3, 1, 0);
  private static final Population FOUR_SHARDS = Population.of(LABELS, 6, 20, 5, 19, 17);
  private static final Batching BATCHING = new Batching(10, LastBatch.DROP);

  @Test
  void theRowsOfAStepDoNotDependOnTheShards() {
    Population whole = Population.of(LABELS, 6, LABELS.length);
    Population manyShards = Population.of(LABELS, 6, 30, 0, 1, 7, 11, 12);
    for (int epoch = 0; epoch < 3; epoch++) {
      for (int t = 0; t < 6; t++) {
        int[] rows = rows(whole, epoch, t);
        assertThat(rows(FOUR_SHARDS, epoch, t)).containsExactlyInAnyOrder(rows);
        assertThat(rows(manyShards, epoch, t)).containsExactlyInAnyOrder(rows);
      }
    }
  }

  @Test
  void everyRoundTakesEveryClassEquallyOften() {
    int[] rows = sequence(7);
    for (int from = 0; from + 15 <= rows.length; from += 15) {
      int[] ofClass = new int[6];
      for (int i = from; i < from + 15; i++) {
        ofClass[LABELS[rows[i]]]++;
      }
      assertThat(ofClass).containsExactly(3, 3, 3, 3, 3, 0);
    }
  }

  @Test
  void aClassRepeatsAnImageOnlyAfterAllItsOthers() {
    int[] rows = sequence(30);
    for (int c = 0; c < 5; c++) {
      int label = c;
      int[] ofClass = Arrays.stream(rows).filter(row -> LABELS[row] == label).toArray();
      int images = FOUR_SHARDS.counts().count(c);
      assertThat(ofClass.length).isGreaterThan(2 * images);
      for (int from = 0; from + images <= ofClass.length; from += images) {
        assertThat(Arrays.copyOfRange(ofClass, from, from + images)).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void mostRowsStayWithTheShardThatHoldsThem() {
    int own = 0;
    int foreign = 0;
    for (int epoch = 0; epoch < 20; epoch++) {
      EpochPlan plan = plan(FOUR_SHARDS, epoch);
      for (int t = 0; t < plan.steps(); t++) {
        for (int s = 0; s < 4; s++) {
          for (int row : plan.rows(t, s)) {
            if (!FOUR_SHARDS.tail(LABELS[row])) {
              int holder = FOUR_SHARDS.shard(row);
              own += holder == s ? 1 : 0;
              foreign += holder == s ? 0 : 1;
            }
          }
        }
      }
    }
    assertThat(own).isGreaterThan(2 * foreign);
  }

  @Test
  void stagesAndSeedsDrawDifferently() {
    Set<String> sequences = new HashSet<>();
    for (Epoch epoch :
        new Epoch[] {new Epoch(7, 0, 0, 9), new Epoch(8, 0, 0, 9), new Epoch(7, 1, 0, 9)}) {
      EpochPlan plan = EpochPlan.of(FOUR_SHARDS, new ClassAwareSampler(3), BATCHING, epoch);
      sequences.add(Arrays.toString(plan.rows(0, 0)));
    }
    assertThat(sequences).hasSize(3);
  }

  /** The rows of {@code epochs} epochs in the order of a single shard. */
  private static int[] sequence(int epochs) {
    Population whole = Population.of(LABELS, 6, LABELS.length);
    return IntStream.range(0, epochs)
        .flatMap(epoch -> IntStream.range(0, 6).flatMap(t -> Arrays.stream(rows(whole, epoch, t))))
        .toArray();
  }

  private static EpochPlan plan(Population population, int epoch) {
    return EpochPlan.of(
        population, new ClassAwareSampler(3), BATCHING, new Epoch(7, 0, epoch, 100));
  }

  private static int[] rows(Population population, int epoch, int step) {
    EpochPlan plan = plan(population, epoch);
    return IntStream.range(0, population.shards())
        .flatMap(s -> Arrays.stream(plan.rows(step, s)))
        .toArray();
  }

  private static int[] labels(int... counts) {
    int[] labels =
        IntStream.range(0, counts.length)
            .flatMap(c -> IntStream.generate(() -> c).limit(counts[c]))
            .toArray();
    RandomStreams.shuffle(labels, RandomStreams.of(3));
    return labels;
  }
}
