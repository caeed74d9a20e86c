package longtail.dataset;

/**
 * The generator MT19937 (Matsumoto and Nishimura, 1998) with the seeding and the draws of NumPy's
 * {@code RandomState} and of Python's {@code random}, to repeat selections that published code made
 * with them. Our own draws come from {@link longtail.RandomStreams}.
 */
public final class MersenneTwister {
  private static final int SIZE = 624;
  private static final int MIDDLE = 397;

  private final int[] state = new int[SIZE];
  private int next = SIZE;

  private MersenneTwister(int seed) {
    state[0] = seed;
    for (int i = 1; i < SIZE; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  /**
   * The generator of {@code numpy.random.RandomState(seed)}.
   *
   * @param seed in [0, 2^32)
   */
  public static MersenneTwister ofNumpySeed(long seed) {
    if (seed < 0 || seed > 0xFFFFFFFFL) {
      throw new IllegalArgumentException("the seed must be in [0, 2^32), was " + seed);
    }
    return new MersenneTwister((int) seed);
  }

  /** The generator of {@code random.Random(seed)}. */
  public static MersenneTwister ofPythonSeed(long seed) {
    long magnitude = Math.abs(seed);
    int low = (int) magnitude;
    int high = (int) (magnitude >>> 32);
    MersenneTwister twister = new MersenneTwister(19650218);
    twister.mix(high == 0 ? new int[] {low} : new int[] {low, high});
    return twister;
  }

  /** Seeding by an array of words, {@code init_by_array} of the reference implementation. */
  private void mix(int[] key) {
    int i = 1;
    for (int k = 0; k < SIZE; k++) {
      state[i] = (state[i] ^ (spread(i) * 1664525)) + key[k % key.length] + k % key.length;
      i = following(i);
    }
    for (int k = 0; k < SIZE - 1; k++) {
      state[i] = (state[i] ^ (spread(i) * 1566083941)) - i;
      i = following(i);
    }
    state[0] = 0x80000000;
  }

  private int spread(int i) {
    return state[i - 1] ^ (state[i - 1] >>> 30);
  }

  private int following(int i) {
    if (i + 1 < SIZE) {
      return i + 1;
    }
    state[0] = state[SIZE - 1];
    return 1;
  }

  /** The next 32 random bits. */
  public int nextInt() {
    if (next == SIZE) {
      twist();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9D2C5680;
    y ^= (y << 15) & 0xEFC60000;
    return y ^ (y >>> 18);
  }

  private void twist() {
    for (int i = 0; i < SIZE; i++) {
      int y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7FFFFFFF);
      state[i] = state[(i + MIDDLE) % SIZE] ^ (y >>> 1) ^ ((y & 1) * 0x9908B0DF);
    }
    next = 0;
  }

  /**
   * Shuffles {@code values} as {@code numpy.random.RandomState.shuffle} does; also the order of its
   * {@code permutation} and of its {@code choice} without replacement.
   */
  public void shuffleLikeNumpy(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int mask = -1 >>> Integer.numberOfLeadingZeros(i);
      int j = nextInt() & mask;
      while (j > i) {
        j = nextInt() & mask;
      }
      swap(values, i, j);
    }
  }

  /** Shuffles {@code values} as {@code random.shuffle} of Python 3 does. */
  public void shuffleLikePython(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int unusedBits = Integer.numberOfLeadingZeros(i + 1);
      int j = nextInt() >>> unusedBits;
      while (j > i) {
        j = nextInt() >>> unusedBits;
      }
      swap(values, i, j);
    }
  }

  private static void swap(int[] values, int i, int j) {
    int kept = values[i];
    values[i] = values[j];
    values[j] = kept;
  }
}
