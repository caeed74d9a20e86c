package longtail.spark.prepare;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * How many images may go to quarantine before that is an error: a number of images, or a share of
 * them.
 *
 * @param text as the user has written it: {@code 10}, {@code 1%} or {@code 0.01}
 * @param number of images; not used where there is a share
 * @param share of all images, in [0, 1]; NaN = a number is meant
 */
public record BadLimit(String text, int number, double share) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
  private static final Pattern SHARE = Pattern.compile("[0-9]*\\.[0-9]+");
  private static final Pattern PERCENT = Pattern.compile("([0-9]*\\.)?[0-9]+ ?%");

  /** Up to {@code number} images. */
  public static BadLimit of(int number) {
    return parse(Integer.toString(number));
  }

  /**
   * A whole number is a number of images; a decimal fraction or a percentage is a share.
   *
   * @throws IllegalArgumentException if {@code text} is neither
   */
  public static BadLimit parse(String text) {
    String value = text.strip();
    if (NUMBER.matcher(value).matches()) {
      return new BadLimit(value, Integer.parseInt(value), Double.NaN);
    }
    double share = Double.NaN;
    if (PERCENT.matcher(value).matches()) {
      share = Double.parseDouble(value.replace("%", "").strip()) / 100;
    } else if (SHARE.matcher(value).matches()) {
      share = Double.parseDouble(value);
    }
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "max-bad must be a number of images such as 10, or a share such as 1%% or 0.01, was '%s'"
              .formatted(text));
    }
    return new BadLimit(value, 0, share);
  }

  /** The largest number of bad images among {@code images}. */
  public int among(int images) {
    return Double.isNaN(share) ? number : (int) Math.floor(share * images + 1e-9);
  }

  @Override
  public String toString() {
    return text;
  }
}
