package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LifetimesTest {
  private static final long LINE = 16;

  private final Lifetimes lifetimes = new Lifetimes();

  @Test
  void valuesThatLiveTogetherDoNotOverlap() {
    SplittableRandom random = new SplittableRandom(5);
    int count = 200;
    long[] length = new long[count];
    int[] birth = new int[count];
    int[] death = new int[count];
    for (int v = 0; v < count; v++) {
      length[v] = random.nextInt(1, 500);
      birth[v] = random.nextInt(100);
      death[v] = birth[v] + random.nextInt(20);
      lifetimes.add(length[v], birth[v]);
      lifetimes.read(v, death[v]);
    }
    Lifetimes.Layout layout = lifetimes.assign();
    for (int a = 0; a < count; a++) {
      assertThat(layout.offsets()[a]).isNotNegative();
      assertThat(layout.offsets()[a] % LINE).isZero();
      assertThat(layout.offsets()[a] + length[a]).isLessThanOrEqualTo(layout.length());
      for (int b = 0; b < a; b++) {
        if (birth[a] <= death[b] && birth[b] <= death[a]) {
          assertThat(
                  layout.offsets()[a] + length[a] <= layout.offsets()[b]
                      || layout.offsets()[b] + length[b] <= layout.offsets()[a])
              .isTrue();
        }
      }
    }
  }

  @Test
  void aDeadValuesMemoryIsTakenAgain() {
    int first = lifetimes.add(10, 0);
    int second = lifetimes.add(10, 1);
    lifetimes.read(first, 1);
    int third = lifetimes.add(10, 2);
    lifetimes.read(second, 2);
    Lifetimes.Layout layout = lifetimes.assign();
    assertThat(layout.offsets()[third]).isEqualTo(layout.offsets()[first]);
  }

  @Test
  void shortValuesFillWhatALongOneLeaves() {
    int large = lifetimes.add(1000, 0);
    int small = lifetimes.add(100, 1);
    int smaller = lifetimes.add(50, 1);
    lifetimes.read(small, 2);
    Lifetimes.Layout layout = lifetimes.assign();
    assertThat(layout.offsets()[large]).isZero();
    assertThat(layout.offsets()[small]).isZero();
    assertThat(layout.offsets()[smaller]).isGreaterThanOrEqualTo(100);
    assertThat(layout.length()).isLessThan(1000 + 3 * LINE);
  }
}
