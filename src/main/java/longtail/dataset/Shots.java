package longtail.dataset;

import java.io.Serializable;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.config.Default;

/**
 * The thresholds that divide the classes into many, medium and few shots (Liu et al., "Large-Scale
 * Long-Tailed Recognition in an Open World", 2019).
 *
 * @param manyAbove classes with more training images than this have many shots; one with just as
 *     many has not
 * @param fewBelow classes with fewer training images than this have few shots; 21 where few are at
 *     most 20, as GLMC counts them
 */
public record Shots(@Default("100") int manyAbove, @Default("20") int fewBelow)
    implements Serializable {

  private static final Pattern TEXT =
      Pattern.compile("(>=?)\\s*(\\d{1,8}),\\s*(<=?)\\s*(\\d{1,8})");

  /** The usual thresholds: more than 100, fewer than 20. */
  public static final Shots USUAL = new Shots(100, 20);

  /** A part of the classes, by number of training images. */
  public enum Group {
    /** More than {@link Shots#manyAbove} training images. */
    MANY,
    /** Neither many nor few. */
    MEDIUM,
    /** Fewer than {@link Shots#fewBelow} training images. */
    FEW;

    /** The name in figures and logs. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks the order of the thresholds. */
  public Shots {
    if (fewBelow < 0 || manyAbove < fewBelow - 1) {
      throw new IllegalArgumentException(
          "must be 0 <= few-below <= many-above + 1, was few-below "
              + fewBelow
              + ", many-above "
              + manyAbove);
    }
  }

  /**
   * Thresholds as text, which says whether they belong to their group: {@code >100,<20} is usual,
   * {@code >100,<=20} that of GLMC.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  public static Shots parse(String text) {
    Matcher limits = TEXT.matcher(text);
    if (!limits.matches()) {
      throw new IllegalArgumentException(
          "shots must be the limits of many and few, such as >100,<20 or >=100,<=20, was " + text);
    }
    int many = Integer.parseInt(limits.group(2)) - (limits.group(1).equals(">=") ? 1 : 0);
    int few = Integer.parseInt(limits.group(4)) + (limits.group(3).equals("<=") ? 1 : 0);
    return new Shots(many, few);
  }

  /** The group of a class with {@code trainingCount} training images. */
  public Group of(int trainingCount) {
    if (trainingCount > manyAbove) {
      return Group.MANY;
    }
    return trainingCount < fewBelow ? Group.FEW : Group.MEDIUM;
  }
}
