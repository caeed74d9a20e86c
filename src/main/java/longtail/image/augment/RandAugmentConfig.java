package longtail.image.augment;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the configuration string of RandAugment says.
 *
 * @param magnitude mean level, 0 to 10
 * @param layers number of operations per image, at least 1
 * @param deviation standard deviation of the level; 0 keeps it fixed
 * @param choice how the operations are chosen
 */
public record RandAugmentConfig(int magnitude, int layers, double deviation, Choice choice) {
  /** What was read, by its text: it is asked for with every image. */
  private static final Map<String, RandAugmentConfig> READ = new ConcurrentHashMap<>();

  private static final Pattern PART = Pattern.compile("(mstd|m|n|w)(\\d+(?:\\.\\d+)?)");

  /** How the operations of an image are chosen from the list. */
  public enum Choice {
    /** All alike; one may come several times. */
    UNIFORM,
    /** By {@link RandAugmentation#weight}; none comes twice. */
    WEIGHTED
  }

  /** Checks the figures. */
  public RandAugmentConfig {
    if (magnitude < 0 || magnitude > RandAugmentation.LEVELS) {
      throw new IllegalArgumentException("magnitude (m) must be in [0, 10], was " + magnitude);
    }
    if (layers < 1) {
      throw new IllegalArgumentException("layers (n) must be at least 1, was " + layers);
    }
    Lengths.require("layers (n)", layers);
  }

  /**
   * Reads {@code rand[-mM][-nN][-mstdS][-w0]}: magnitude M (10), layers N (2), deviation S (0),
   * weighted choice.
   */
  public static RandAugmentConfig parse(String text) {
    return READ.computeIfAbsent(text, RandAugmentConfig::read);
  }

  private static RandAugmentConfig read(String text) {
    String[] parts = text.split("-", -1);
    int magnitude = RandAugmentation.LEVELS;
    int layers = 2;
    double deviation = 0;
    Choice choice = Choice.UNIFORM;
    if (!parts[0].equals("rand")) {
      throw invalid(text);
    }
    for (int i = 1; i < parts.length; i++) {
      Matcher part = PART.matcher(parts[i]);
      if (!part.matches()) {
        throw invalid(text);
      }
      String value = part.group(2);
      switch (part.group(1)) {
        case "mstd" -> deviation = Double.parseDouble(value);
        case "m" -> magnitude = whole(value, text);
        case "n" -> layers = whole(value, text);
        default -> {
          if (whole(value, text) != 0) {
            throw invalid(text);
          }
          choice = Choice.WEIGHTED;
        }
      }
    }
    return new RandAugmentConfig(magnitude, layers, deviation, choice);
  }

  private static int whole(String value, String text) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw invalid(text);
    }
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException(
        "config must read like rand-m9-n2-mstd0.5-w0, was '" + text + "'");
  }
}
