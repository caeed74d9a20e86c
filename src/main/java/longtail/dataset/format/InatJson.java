package longtail.dataset.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import longtail.LongTailException;
import longtail.Quantity;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFields;
import longtail.dataset.ImageCollection;
import longtail.dataset.SeveralAnnotations;
import org.apache.hadoop.conf.Configuration;

/**
 * JSON of iNaturalist 2017, 2018 and 2021, which is that of COCO. The arrays {@code images}, {@code
 * annotations} and {@code categories} may stand in any order; an annotation belongs to the image
 * that its {@code image_id} names. The label is the rank of the category id among all ids, which is
 * the id itself where ids run from 0 without a gap.
 *
 * <p>Several annotations of one image must be of one class, unless the largest box is to count;
 * images without any are left out, with a note.
 */
final class InatJson implements JsonRecords.Visitor {
  private record Image(String path, int height, int width, String group) {}

  /**
   * An annotation; {@code category} is a place in {@link #categoryIds}, {@code area} that of its
   * box in pixels, NaN where it has none.
   */
  private record Link(int index, String imageId, int category, double area) {}

  private record Category(String id, String name) {}

  private final AnnotationCollector collector;
  private final Map<String, Image> images = new HashMap<>();
  private final List<Link> links = new ArrayList<>();
  private final Map<String, Integer> categoryIds = new HashMap<>();
  private final List<Category> categories = new ArrayList<>();

  private final AnnotationFields wanted;

  private InatJson(String file, AnnotationFields wanted) {
    this.collector = new AnnotationCollector(file);
    this.wanted = wanted;
  }

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    String file = collection.annotations();
    InatJson reader = new InatJson(file, collection.fields());
    JsonRecords.stream(file, Set.of("images", "annotations", "categories"), reader, conf);
    return reader.join();
  }

  @Override
  public void record(String array, int index, JsonNode record) {
    JsonFields fields = new JsonFields(collector, array + "[" + index + "]", record);
    switch (array) {
      case "images" -> image(fields);
      case "annotations" ->
          links.add(
              new Link(
                  index,
                  fields.id("image_id"),
                  category(fields.id("category_id")),
                  wanted.several() == SeveralAnnotations.LARGEST ? fields.boxArea() : Double.NaN));
      default -> {
        String id = fields.id("id");
        categories.add(new Category(id, fields.idOr("name", id)));
      }
    }
  }

  @Override
  public void field(String name, JsonNode value) {}

  private int category(String id) {
    return categoryIds.computeIfAbsent(id, unseen -> categoryIds.size());
  }

  private void image(JsonFields fields) {
    String id = fields.id("id");
    Image image =
        new Image(
            fields.text("file_name"),
            fields.pixels("height"),
            fields.pixels("width"),
            wanted.group().isEmpty() ? "" : fields.idOr(wanted.group(), ""));
    if (images.put(id, image) != null) {
      throw fields.bad("the image id '" + id + "' occurs a second time");
    }
  }

  private AnnotatedSet join() {
    requireLabels();
    int[] labels = labels();
    Map<String, Link> chosen = new LinkedHashMap<>();
    Set<String> several = new HashSet<>();
    Set<String> mixed = new HashSet<>();
    for (Link link : links) {
      require(link, labels);
      Link before = chosen.putIfAbsent(link.imageId, link);
      if (before == null) {
        continue;
      }
      if (labels[before.category] == labels[link.category]) {
        several.add(link.imageId);
      } else if (wanted.several() == SeveralAnnotations.REFUSE) {
        throw bad(link, twoClasses(link.imageId, labels[before.category], labels[link.category]));
      } else {
        mixed.add(link.imageId);
      }
      if (area(link) > area(before)) {
        chosen.put(link.imageId, link);
      }
    }
    for (Link link : chosen.values()) {
      Image image = images.get(link.imageId);
      collector.add(
          place(link),
          new Annotation(
              link.imageId,
              image.path,
              labels[link.category],
              image.height,
              image.width,
              image.group));
    }
    several.removeAll(mixed);
    noteMixed(mixed);
    noteSeveral(several);
    noteUnlabelled(chosen.keySet());
    return collector.build(categories.stream().map(Category::name).toList());
  }

  private void require(Link link, int[] labels) {
    if (!images.containsKey(link.imageId)) {
      throw bad(link, "there is no image with the id '" + link.imageId + "'");
    }
    if (labels[link.category] < 0) {
      throw bad(link, "there is no category with the id " + categoryId(link.category));
    }
  }

  /** The area that decides between annotations of one image; all are alike where none is asked. */
  private double area(Link link) {
    if (wanted.several() == SeveralAnnotations.REFUSE) {
      return 0;
    }
    if (Double.isNaN(link.area)) {
      throw bad(
          link,
          "the image %s has several annotations, and this one has neither 'bbox' nor 'area' to tell the largest by"
              .formatted(images.get(link.imageId).path));
    }
    return link.area;
  }

  private void requireLabels() {
    if (!images.isEmpty() && links.isEmpty()) {
      throw collector.bad(
          "annotations",
          "the array is missing or empty, so no image has a class, as in a test set that is published without labels; name a file with labels");
    }
    if (!images.isEmpty() && categories.isEmpty()) {
      throw collector.bad(
          "categories",
          "the array is missing or empty; it must name every class by 'id' and 'name'");
    }
  }

  private String twoClasses(String id, int before, int label) {
    return "the image %s (id '%s') has the class '%s' already and now '%s', but an image has one class here; leave one annotation of it, leave it out, crop the boxes to images of their own, or let the largest box count with --several-annotations largest"
        .formatted(
            images.get(id).path, id, categories.get(before).name, categories.get(label).name);
  }

  private void noteMixed(Set<String> mixed) {
    if (!mixed.isEmpty()) {
      collector.note(
          "%s annotations of several classes, of which the largest box counts, such as %s"
              .formatted(Quantity.does(mixed.size(), "image", "has", "have"), path(mixed)));
    }
  }

  private void noteSeveral(Set<String> several) {
    if (!several.isEmpty()) {
      collector.note(
          "%s several annotations of the same class, which count once, such as %s"
              .formatted(Quantity.does(several.size(), "image", "has", "have"), path(several)));
    }
  }

  private void noteUnlabelled(Set<String> labelled) {
    Set<String> unlabelled = new HashSet<>(images.keySet());
    unlabelled.removeAll(labelled);
    if (!unlabelled.isEmpty()) {
      collector.note(
          "left out without an annotation: %s, such as %s"
              .formatted(Quantity.of(unlabelled.size(), "image"), path(unlabelled)));
    }
  }

  private String path(Set<String> ids) {
    return images.get(ids.stream().min(Comparator.naturalOrder()).orElseThrow()).path;
  }

  /** The label of each place in {@link #categoryIds}; -1 where there is no such category. */
  private int[] labels() {
    boolean numbers = categories.stream().allMatch(category -> category.id.matches("-?[0-9]+"));
    categories.sort(
        numbers
            ? Comparator.comparing(category -> new BigInteger(category.id))
            : Comparator.comparing(Category::id));
    Map<String, Integer> ranks = new HashMap<>();
    for (Category category : categories) {
      if (ranks.put(category.id, ranks.size()) != null) {
        throw collector.bad("categories", "the id " + category.id + " occurs a second time");
      }
    }
    int[] labels = new int[categoryIds.size()];
    categoryIds.forEach((id, place) -> labels[place] = ranks.getOrDefault(id, -1));
    return labels;
  }

  private String categoryId(int place) {
    return categoryIds.entrySet().stream()
        .filter(entry -> entry.getValue() == place)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private static String place(Link link) {
    return "annotations[" + link.index + "]";
  }

  private LongTailException bad(Link link, String reason) {
    return collector.bad(place(link), reason);
  }
}
