package longtail.dataset.format;

import java.util.List;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFields;
import longtail.dataset.ImageCollection;
import org.apache.hadoop.conf.Configuration;

/**
 * Text tables with a header: a column of paths, a column of classes, and others that are left
 * alone. The image id is the number of images before it.
 */
final class CsvTable {
  private final AnnotationCollector collector;
  private final LabelledImages images;
  private final AnnotationFields wanted;
  private List<String> header = List.of();
  private int image;
  private int label;
  private int group;

  private CsvTable(ImageCollection collection) {
    collector = new AnnotationCollector(collection.annotations());
    images = new LabelledImages(collector);
    wanted = collection.fields();
  }

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    CsvTable table = new CsvTable(collection);
    CsvRecords.read(collection.annotations(), table.collector, table::record, conf);
    return table.images.build(collection.statedClasses());
  }

  private void record(int line, List<String> fields) {
    if (header.isEmpty()) {
      header(fields);
      return;
    }
    String place = "line " + line;
    if (fields.size() != header.size()) {
      throw collector.bad(
          place,
          "expected the %d fields of the header, were %d: %s; put fields that hold separators into quotes"
              .formatted(header.size(), fields.size(), fields));
    }
    images.add(
        place,
        new Annotation(
            Integer.toString(images.size()),
            fields.get(image),
            0,
            0,
            0,
            group < 0 ? "" : fields.get(group)),
        fields.get(label));
  }

  private void header(List<String> names) {
    header = names.stream().map(String::strip).toList();
    ColumnChoice choice = new ColumnChoice(collector, header);
    image = choice.of("images", wanted.image(), ColumnChoice.IMAGES, "--image-column");
    label = choice.of("classes", wanted.label(), ColumnChoice.LABELS, "--label-column");
    group = choice.optional(wanted.group(), "--group-column");
  }
}
