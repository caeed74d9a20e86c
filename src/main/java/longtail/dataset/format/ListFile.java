package longtail.dataset.format;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.FileSystems;
import longtail.dataset.ImageCollection;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * List files of ImageNet-LT, Places-LT and iNaturalist 2018: one {@code path label} per line,
 * separated by white space; further columns are ignored. The image id is the index of the line.
 */
final class ListFile {
  private ListFile() {}

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    String file = collection.annotations();
    AnnotationCollector collector = new AnnotationCollector(file);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                FileSystems.open(new Path(file), conf), StandardCharsets.UTF_8))) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          add(collector, "line " + number, line.strip());
        }
      }
    } catch (IOException e) {
      throw AnnotationCollector.unreadable(file, e);
    }
    return collector.build(collection.classes());
  }

  private static void add(AnnotationCollector collector, String place, String line) {
    String[] fields = line.split("\\s+", 3);
    if (fields.length < 2) {
      throw collector.bad(place, "expected 'path label', was '" + line + "'");
    }
    int label;
    try {
      label = Integer.parseInt(fields[1]);
    } catch (NumberFormatException e) {
      throw collector.bad(
          place, "expected 'path label' with a whole number as label, was '" + line + "'");
    }
    String id = Integer.toString(collector.size());
    collector.add(place, new Annotation(id, fields[0], label, 0, 0));
  }
}
