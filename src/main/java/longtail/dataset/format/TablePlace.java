package longtail.dataset.format;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in a set of tables an image lies.
 *
 * @param file name of the table
 * @param row of the table, from 0
 */
public record TablePlace(String file, long row) {
  private static final Pattern PLACE = Pattern.compile("(.*?)#([0-9]+)(?:/.*)?", Pattern.DOTALL);

  /** The path of the image in annotations; {@code named} is what the table calls it. */
  static String path(String file, long row, String named) {
    return file + "#" + row + (named.isEmpty() ? "" : "/" + named);
  }

  /** The place that an annotation's path says. */
  public static TablePlace of(String path) {
    Matcher place = PLACE.matcher(path);
    if (!place.matches()) {
      throw new IllegalArgumentException("no place in a table: " + path);
    }
    return new TablePlace(place.group(1), Long.parseLong(place.group(2)));
  }
}
