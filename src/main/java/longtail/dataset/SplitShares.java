package longtail.dataset;

import java.io.Serializable;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * How a set is divided.
 *
 * @param train share of the training set, above 0
 * @param validation share of the validation set
 * @param test share of the test set; the three sum to 1
 */
public record SplitShares(double train, double validation, double test) implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Pattern SHARES = Pattern.compile("[0-9.]+(:[0-9.]+){1,2}");

  /** Whether {@code text} is meant as shares and not as the name of a split. */
  public static boolean isMeant(String text) {
    return SHARES.matcher(text).matches();
  }

  /**
   * Shares of training, validation and test set such as {@code 80:10:10}, in any unit; two shares
   * leave out the test set.
   *
   * @throws IllegalArgumentException if there are others
   */
  public static SplitShares parse(String text) {
    double[] shares;
    try {
      shares = Arrays.stream(text.split(":")).mapToDouble(Double::parseDouble).toArray();
    } catch (NumberFormatException e) {
      throw wrong(text);
    }
    double sum = Arrays.stream(shares).sum();
    if (!isMeant(text) || !(shares[0] > 0) || shares[0] == sum) {
      throw wrong(text);
    }
    return new SplitShares(
        shares[0] / sum, shares[1] / sum, shares.length == 2 ? 0 : shares[2] / sum);
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "split must be the name of a split, or shares of training, validation and test set such as 80:10:10, was '%s'"
            .formatted(text));
  }

  /** The share of {@code part}. */
  double of(SplitPart part) {
    return switch (part) {
      case TRAIN -> train;
      case VALIDATION -> validation;
      case TEST -> test;
    };
  }
}
