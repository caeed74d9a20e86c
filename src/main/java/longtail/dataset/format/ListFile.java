package longtail.dataset.format;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.TextFile;
import org.apache.hadoop.conf.Configuration;

/**
 * List files of ImageNet-LT, Places-LT and iNaturalist 2018: one {@code path label} per line. The
 * label is the last column, so that a path may hold blanks. The image id is the number of images
 * before it.
 */
final class ListFile {
  private static final Pattern LINE = Pattern.compile("(?<path>.*?\\S)(?<gap>\\s+)(?<label>\\S+)");

  /** An image's name that ends before the column that should hold the label. */
  private static final Pattern FURTHER_COLUMN =
      Pattern.compile("(?i)\\.(jpe?g|jpe|jfif|png|gif|bmp|tiff?|webp)\"?[\\s,;]+\\S");

  private final AnnotationCollector collector;

  private ListFile(String file) {
    collector = new AnnotationCollector(file);
  }

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    ListFile list = new ListFile(collection.annotations());
    TextFile.read(collection.annotations(), list::add, conf);
    return list.collector.build(collection.statedClasses());
  }

  private void add(int number, String text) {
    String line = text.strip();
    if (line.isEmpty()) {
      return;
    }
    String place = "line " + number;
    Matcher columns = LINE.matcher(line);
    if (!columns.matches()) {
      throw collector.bad(place, "expected 'path label', was '" + line + "'");
    }
    String path = columns.group("path");
    boolean tab = columns.group("gap").contains("\t");
    if (tab ? path.contains("\t") : FURTHER_COLUMN.matcher(path).find()) {
      throw collector.bad(
          place,
          "expected the two columns 'path label', was '"
              + line
              + "'; remove the others, or put a tab between a path with blanks and its label");
    }
    String id = Integer.toString(collector.size());
    collector.add(
        place, new Annotation(id, path, label(place, columns.group("label"), line), 0, 0));
  }

  private int label(String place, String text, String line) {
    if (!text.matches("[+-]?[0-9]+")) {
      throw collector.bad(
          place, "expected 'path label' with a whole number as label, was '" + line + "'");
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw collector.implausible(place, text);
    }
  }
}
