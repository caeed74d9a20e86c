package longtail;

import java.util.Locale;

/** Numbers of things in words: "1 image", "2 images", "3 classes". */
public final class Quantity {
  private Quantity() {}

  /**
   * {@code number} and what it counts.
   *
   * @param noun its singular
   */
  public static String of(long number, String noun) {
    return number + " " + noun(number, noun);
  }

  /** The same with commas between thousands. */
  public static String grouped(long number, String noun) {
    return String.format(Locale.ROOT, "%,d %s", number, noun(number, noun));
  }

  /**
   * The same with a verb behind it, "1 image has" and "2 images have".
   *
   * @param one of one thing
   * @param several of several
   */
  public static String does(long number, String noun, String one, String several) {
    return of(number, noun) + " " + (number == 1 ? one : several);
  }

  private static String noun(long number, String singular) {
    if (number == 1) {
      return singular;
    }
    boolean hisses = singular.endsWith("s") || singular.endsWith("ch") || singular.endsWith("x");
    return singular + (hisses ? "es" : "s");
  }
}
