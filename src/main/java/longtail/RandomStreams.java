package longtail;

import java.util.SplittableRandom;

/**
 * Independent, reproducible random streams addressed by keys.
 *
 * <p>Every random draw of the program comes from a stream named by the seed of the run and by what
 * is drawn (epoch, shard, position, ...), never from a shared generator. So a draw does not depend
 * on the number of workers, on thread timing or on what was drawn before it, and a retried or
 * resumed task repeats it.
 */
public final class RandomStreams {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private RandomStreams() {}

  /** A fresh stream for {@code (seed, keys...)}; equal arguments give equal streams. */
  public static SplittableRandom of(long seed, long... keys) {
    long state = mix(seed + GOLDEN_GAMMA);
    for (long key : keys) {
      state = mix(state * 0xD1342543DE82EF95L + mix(key + GOLDEN_GAMMA));
    }
    return new SplittableRandom(state);
  }

  /** A standard normal draw (Marsaglia's polar method), without state beyond {@code random}. */
  public static double gaussian(SplittableRandom random) {
    while (true) {
      double u = 2 * random.nextDouble() - 1;
      double v = 2 * random.nextDouble() - 1;
      double s = u * u + v * v;
      if (s > 0 && s < 1) {
        return u * Math.sqrt(-2 * Math.log(s) / s);
      }
    }
  }

  /** Fisher-Yates shuffle of {@code values} in place. */
  public static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
  }

  /** The finaliser of splitmix64 (Stafford's variant 13). */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
