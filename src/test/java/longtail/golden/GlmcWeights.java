package longtail.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;

/** The rule by which GLMC's cases generate weights; they state it as {@code weight_rule}. */
public final class GlmcWeights {
  private GlmcWeights() {}

  /** The shape of an entry {@code [position, name, shape]} of the state. */
  public static long[] shape(JsonNode entry) {
    long[] shape = new long[entry.get(2).size()];
    Arrays.setAll(shape, i -> entry.get(2).get(i).asLong());
    return shape;
  }

  /** The values of an entry in C order; the count of batches is 0. */
  public static double[] values(long seed, JsonNode entry) {
    String name = entry.get(1).asText();
    long[] shape = shape(entry);
    double[] values = new double[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    if (name.endsWith("num_batches_tracked")) {
      return values;
    }
    double fanIn = Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
    for (int i = 0; i < values.length; i++) {
      double u = uniform(seed, entry.get(0).asLong(), i);
      values[i] =
          switch (shape.length) {
            case 4 -> Math.sqrt(6 / fanIn) * (2 * u - 1);
            case 2 -> Math.sqrt(3 / fanIn) * (2 * u - 1);
            default -> vector(name, u);
          };
    }
    return values;
  }

  private static double vector(String name, double u) {
    if (name.endsWith("running_var")) {
      return 0.75 + 0.5 * u;
    }
    return name.endsWith(".weight") ? 0.8 + 0.4 * u : 0.2 * (2 * u - 1);
  }

  /** In [0, 1), by the finaliser of splitmix64. */
  public static double uniform(long seed, long tensor, long i) {
    long z = (seed << 48) + (tensor << 32) + i + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 11) * 0x1p-53;
  }
}
