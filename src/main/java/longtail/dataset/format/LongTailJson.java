package longtail.dataset.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import org.apache.hadoop.conf.Configuration;

/**
 * JSON {@code {annotations: [{image_id, fpath, im_height, im_width, category_id}], num_classes}}.
 * Classes are numbers or names. Sizes and image ids may be missing (the id is then the index of the
 * record), and so may {@code num_classes}; the bare array of such records is read, too.
 */
final class LongTailJson implements JsonRecords.Visitor {
  private final AnnotationCollector collector;
  private final LabelledImages images;
  private final String file;
  private final int stated;
  private final String group;
  private int classes;

  private LongTailJson(ImageCollection collection) {
    this.file = collection.annotations();
    this.collector = new AnnotationCollector(file);
    this.images = new LabelledImages(collector);
    this.stated = collection.statedClasses();
    this.group = collection.fields().group();
  }

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    LongTailJson reader = new LongTailJson(collection);
    JsonRecords.stream(reader.file, Set.of("annotations"), reader, conf);
    return reader.build();
  }

  private AnnotatedSet build() {
    if (stated == 0 && classes > 0) {
      collector.requirePlausible("num_classes", classes, images.size());
    }
    return images.build(stated == 0 ? classes : stated);
  }

  @Override
  public void record(String array, int index, JsonNode record) {
    String place = "annotations[" + index + "]";
    JsonFields fields = new JsonFields(collector, place, record);
    images.add(
        place,
        new Annotation(
            fields.idOr("image_id", Integer.toString(index)),
            fields.text("fpath"),
            0,
            fields.pixels("im_height"),
            fields.pixels("im_width"),
            group.isEmpty() ? "" : fields.idOr(group, "")),
        fields.id("category_id"));
  }

  @Override
  public void field(String name, JsonNode value) {
    if (name.equals("num_classes")) {
      if (!value.canConvertToInt() || value.intValue() < 1) {
        throw collector.bad("num_classes", "must be a positive whole number, was " + value);
      }
      classes = value.intValue();
    }
  }
}
