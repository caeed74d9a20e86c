package longtail.dataset;

import java.io.Serializable;
import java.util.Locale;
import longtail.config.Default;

/**
 * The thresholds that divide the classes into many, medium and few shots (Liu et al., "Large-Scale
 * Long-Tailed Recognition in an Open World", 2019).
 *
 * @param manyAbove classes with more training images than this have many shots
 * @param fewBelow classes with fewer training images than this have few shots
 */
public record Shots(@Default("100") int manyAbove, @Default("20") int fewBelow)
    implements Serializable {

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

  /** The group of a class with {@code trainingCount} training images. */
  public Group of(int trainingCount) {
    if (trainingCount > manyAbove) {
      return Group.MANY;
    }
    return trainingCount < fewBelow ? Group.FEW : Group.MEDIUM;
  }
}
