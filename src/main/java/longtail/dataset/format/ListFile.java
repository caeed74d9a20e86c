package longtail.dataset.format;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.LongTailException;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.TextFile;
import org.apache.hadoop.conf.Configuration;

/**
 * List files of ImageNet-LT, Places-LT and iNaturalist 2018: one {@code path label} per line. The
 * label is the last column, so that a path may hold blanks. Where a path without blanks is followed
 * by a whole number and by words, the number is the label and the words are left alone, as
 * published readers do it. The labels are whole numbers, or all of them names of classes. The image
 * id is the number of images before it.
 */
final class ListFile {
  private static final String IMAGE = "(?i:\\.(jpe?g|jpe|jfif|png|gif|bmp|tiff?|webp))";
  private static final Pattern LINE = Pattern.compile("(?<path>.*?\\S)(?<gap>\\s+)(?<label>\\S+)");

  /** An image's name that ends before the column that should hold the label. */
  private static final Pattern FURTHER_COLUMN = Pattern.compile(IMAGE + "\"?[\\s,;]+\\S");

  /** Such a path, its label, and further columns that do not end as a path with its label does. */
  private static final Pattern MORE_COLUMNS =
      Pattern.compile(
          "(?<path>\\S+?"
              + IMAGE
              + ")\\s+(?<label>[+-]?[0-9]+)\\s+(?!.*"
              + IMAGE
              + ")(?!(.*\\s)?[+-]?[0-9]+$).*");

  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+");
  private static final Pattern FRACTION = Pattern.compile("[+-]?[0-9]*\\.[0-9]*");
  private static final Pattern ENDS_AS_IMAGE = Pattern.compile(".*" + IMAGE);

  private enum Labels {
    NUMBERS,
    NAMES
  }

  private final AnnotationCollector collector;
  private final LabelledImages images;
  private Labels labels;

  private ListFile(String file) {
    collector = new AnnotationCollector(file);
    images = new LabelledImages(collector);
  }

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    ListFile list = new ListFile(collection.annotations());
    TextFile.read(collection.annotations(), list::add, conf);
    return list.images.build(collection.statedClasses());
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
    Matcher more = MORE_COLUMNS.matcher(line);
    if (more.matches()) {
      add(place, more.group("path"), more.group("label"), line);
      return;
    }
    int firstTab = line.indexOf('\t');
    if (firstTab > 0 && firstTab == line.lastIndexOf('\t')) {
      add(place, line.substring(0, firstTab).strip(), line.substring(firstTab).strip(), line);
      return;
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
    if (!tab && !isNumber(columns.group("label")) && !ENDS_AS_IMAGE.matcher(path).matches()) {
      throw notALabel(place, line);
    }
    add(place, path, columns.group("label"), line);
  }

  private void add(String place, String path, String label, String line) {
    Labels kind = isNumber(label) ? Labels.NUMBERS : Labels.NAMES;
    labels = labels == null ? kind : labels;
    if (labels != kind || FRACTION.matcher(label).matches()) {
      throw labels == Labels.NUMBERS || kind == Labels.NAMES
          ? notALabel(place, line)
          : collector.bad(
              place,
              "the label is a number where those of the lines before are names, was '"
                  + line
                  + "'");
    }
    String id = Integer.toString(images.size());
    images.add(place, new Annotation(id, path, 0, 0, 0), label);
  }

  private static boolean isNumber(String label) {
    return NUMBER.matcher(label).matches();
  }

  private LongTailException notALabel(String place, String line) {
    return collector.bad(
        place, "expected 'path label' with a whole number as label, was '" + line + "'");
  }
}
