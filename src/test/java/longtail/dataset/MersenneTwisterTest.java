package longtail.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The expected numbers were printed by NumPy 2 and Python 3.12. */
class MersenneTwisterTest {

  @Test
  void shufflesLikeNumpy() {
    MersenneTwister twister = MersenneTwister.ofNumpySeed(6);
    int[] first = upTo(12);
    int[] second = upTo(12);
    twister.shuffleLikeNumpy(first);
    twister.shuffleLikeNumpy(second);

    assertThat(first).containsExactly(8, 11, 1, 6, 0, 7, 5, 2, 4, 3, 9, 10);
    assertThat(second).containsExactly(3, 7, 5, 6, 8, 2, 0, 10, 4, 1, 9, 11);
  }

  @Test
  void choosesLikeNumpyWithoutReplacement() {
    MersenneTwister twister = MersenneTwister.ofNumpySeed(3407);
    int[] first = upTo(1000);
    int[] second = upTo(1000);
    twister.shuffleLikeNumpy(first);
    twister.shuffleLikeNumpy(second);

    assertThat(first).startsWith(388, 133, 984, 21, 536, 344);
    assertThat(second).startsWith(784, 242, 494, 580, 39, 54);
  }

  @Test
  void shufflesLikePython() {
    MersenneTwister twister = MersenneTwister.ofPythonSeed(42);
    int[] first = upTo(12);
    int[] second = upTo(1000);
    twister.shuffleLikePython(first);
    twister.shuffleLikePython(second);

    assertThat(first).containsExactly(7, 5, 2, 8, 9, 6, 11, 3, 4, 0, 1, 10);
    assertThat(second).startsWith(272, 858, 926, 365, 758, 290);
  }

  @Test
  void takesSeedsOfMoreThan32BitsLikePython() {
    int[] values = upTo(12);
    MersenneTwister.ofPythonSeed((1L << 40) + 5).shuffleLikePython(values);

    assertThat(values).containsExactly(3, 5, 2, 9, 6, 7, 1, 10, 0, 4, 11, 8);
  }

  @Test
  void takesNumpySeedsOf32Bits() {
    MersenneTwister twister = MersenneTwister.ofNumpySeed(4294967295L);

    assertThat(Integer.toUnsignedLong(twister.nextInt())).isEqualTo(419326371L);
    assertThat(Integer.toUnsignedLong(twister.nextInt())).isEqualTo(479346978L);
    assertThatThrownBy(() -> MersenneTwister.ofNumpySeed(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be in [0, 2^32), was -1");
  }

  private static int[] upTo(int n) {
    return IntStream.range(0, n).toArray();
  }
}
