package longtail.dataset.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import org.apache.hadoop.conf.Configuration;

/**
 * JSON of iNaturalist 2017, 2018 and 2021 (the COCO layout without boxes). The arrays {@code
 * images}, {@code annotations} and {@code categories} may stand in any order; an annotation belongs
 * to the image that its {@code image_id} names. The label is the rank of the category id among all
 * ids, which is the id itself where ids run from 0 without a gap.
 */
final class InatJson implements JsonRecords.Visitor {
  private record Image(String path, int height, int width) {}

  private record Link(int index, String imageId, int category) {}

  private record Category(int id, String name) {}

  private final AnnotationCollector collector;
  private final Map<String, Image> images = new HashMap<>();
  private final List<Link> links = new ArrayList<>();
  private final List<Category> categories = new ArrayList<>();

  private InatJson(String file) {
    this.collector = new AnnotationCollector(file);
  }

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    String file = collection.annotations();
    InatJson reader = new InatJson(file);
    JsonRecords.stream(file, Set.of("images", "annotations", "categories"), reader, conf);
    return reader.join();
  }

  @Override
  public void record(String array, int index, JsonNode record) {
    JsonFields fields = new JsonFields(collector, array + "[" + index + "]", record);
    switch (array) {
      case "images" -> image(fields);
      case "annotations" ->
          links.add(new Link(index, fields.id("image_id"), fields.number("category_id")));
      default -> {
        int id = fields.number("id");
        categories.add(new Category(id, fields.idOr("name", Integer.toString(id))));
      }
    }
  }

  @Override
  public void field(String name, JsonNode value) {}

  private void image(JsonFields fields) {
    String id = fields.id("id");
    Image image =
        new Image(fields.text("file_name"), fields.pixels("height"), fields.pixels("width"));
    if (images.put(id, image) != null) {
      throw fields.bad("the image id '" + id + "' occurs a second time");
    }
  }

  private AnnotatedSet join() {
    Map<Integer, Integer> labels = labels();
    Set<String> unused = new HashSet<>(images.keySet());
    for (Link link : links) {
      String place = "annotations[" + link.index + "]";
      Image image = images.get(link.imageId);
      if (image == null) {
        throw collector.bad(place, "there is no image with the id '" + link.imageId + "'");
      }
      Integer label = labels.get(link.category);
      if (label == null) {
        throw collector.bad(place, "there is no category with the id " + link.category);
      }
      unused.remove(link.imageId);
      collector.add(
          place, new Annotation(link.imageId, image.path, label, image.height, image.width));
    }
    if (!unused.isEmpty()) {
      throw collector.bad(
          "images", unused.size() + " without an annotation, such as '" + first(unused) + "'");
    }
    return collector.build(categories.stream().map(Category::name).toList());
  }

  private Map<Integer, Integer> labels() {
    if (categories.isEmpty()) {
      throw collector.bad("categories", "the array is missing or empty");
    }
    categories.sort(Comparator.comparingInt(Category::id));
    Map<Integer, Integer> labels = new HashMap<>();
    for (Category category : categories) {
      if (labels.put(category.id, labels.size()) != null) {
        throw collector.bad("categories", "the id " + category.id + " occurs a second time");
      }
    }
    return labels;
  }

  private static String first(Set<String> ids) {
    return ids.stream().min(Comparator.naturalOrder()).orElseThrow();
  }
}
