package longtail.dataset.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.Quantity;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.AnnotationFields;
import longtail.dataset.ImageCollection;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.hadoop.conf.Configuration;

/**
 * Tar files as WebDataset has them: the files of one key (the name up to the first dot of its last
 * part) are one sample. Its image is a file with the ending of one, its class the text of {@code
 * .cls}, or a field of {@code .json}.
 *
 * <p>The image id is the key, behind the name of its tar file where keys repeat.
 */
final class WebDatasetTars {
  static final List<String> ENDINGS = List.of(".tar");
  private static final Set<String> IMAGES =
      Set.of("jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff");
  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final int LARGEST_DESCRIPTION = 1 << 24;

  /** Python's {@code json} writes NaN and Infinity. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  /** A sample; what it lacks is null. */
  private static final class Sample {
    private String image;
    private String label;
    private String group = "";
  }

  /** A labelled image of a tar file. */
  private record Found(String tar, String key, String image, String label, String group) {}

  /** What a tar file holds. */
  private record Tar(List<Found> found, int unlabelled, String example, List<String> hidden) {}

  private final AnnotationCollector collector;
  private final AnnotationFields wanted;

  private WebDatasetTars(ImageCollection collection) {
    collector = new AnnotationCollector(collection.annotations());
    wanted = collection.fields();
  }

  /** Whether the file {@code path} is an image by its name. */
  static boolean isImage(String path) {
    String file = path.substring(path.lastIndexOf('/') + 1);
    String ending = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return !file.startsWith(".") && IMAGES.contains(ending);
  }

  static AnnotatedSet read(ImageCollection collection, Configuration conf) {
    WebDatasetTars reader = new WebDatasetTars(collection);
    SourceFiles tars = SourceFiles.of(collection.annotations(), ENDINGS, reader.collector, conf);
    for (String name : tars.names()) {
      if (!name.toLowerCase(Locale.ROOT).endsWith(".tar")) {
        throw reader.collector.bad(
            name, "expected a tar file that is not compressed, for its images are read in place");
      }
    }
    List<Tar> scanned =
        tars.names().parallelStream().map(name -> reader.scan(name, tars, conf)).toList();
    return reader.build(scanned, collection.statedClasses());
  }

  private Tar scan(String name, SourceFiles tars, Configuration conf) {
    try (SeekableInput in = SeekableInput.open(tars.path(name), conf);
        TarMembers tar = TarMembers.of(tars.path(name), in)) {
      Map<String, Sample> samples = new LinkedHashMap<>();
      List<String> hidden = new ArrayList<>();
      for (TarArchiveEntry entry : tar.files()) {
        if (isHiddenImage(entry.getName())) {
          hidden.add(entry.getName());
        }
        add(name, entry, samples, in);
      }
      return gathered(name, samples, hidden);
    } catch (IOException | IllegalArgumentException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Reading %s failed: %s; is it a whole tar file?"
              .formatted(tars.path(name), e.getMessage()),
          e);
    }
  }

  /** Such a file has no key; programs for Macs put some beside each file. */
  private static boolean isHiddenImage(String path) {
    String file = path.substring(path.lastIndexOf('/') + 1);
    return file.startsWith(".") && isImage(file.replaceFirst("^\\.+", ""));
  }

  private static Tar gathered(String name, Map<String, Sample> samples, List<String> hidden) {
    List<Found> found = new ArrayList<>();
    int unlabelled = 0;
    String example = "";
    for (Map.Entry<String, Sample> each : samples.entrySet()) {
      Sample sample = each.getValue();
      if (sample.image != null && sample.label != null) {
        found.add(new Found(name, each.getKey(), sample.image, sample.label, sample.group));
      } else if (sample.image != null) {
        example = unlabelled == 0 ? each.getKey() + " in " + name : example;
        unlabelled++;
      }
    }
    return new Tar(found, unlabelled, example, hidden);
  }

  private void add(String tar, TarArchiveEntry entry, Map<String, Sample> samples, SeekableInput in)
      throws IOException {
    String path = entry.getName().replaceFirst("^(\\./)+", "");
    String file = path.substring(path.lastIndexOf('/') + 1);
    int dot = file.indexOf('.');
    if (dot < 1) {
      return;
    }
    String key = path.substring(0, path.length() - file.length() + dot);
    String ending = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (IMAGES.contains(ending)) {
      Sample sample = samples.computeIfAbsent(key, unseen -> new Sample());
      if (sample.image != null) {
        throw collector.bad(
            tar, "the sample '%s' has several images; keep one of each".formatted(key));
      }
      sample.image = TarImages.path(tar, path, entry.getDataOffset(), entry.getSize());
    } else if (ending.equals("cls")) {
      samples.computeIfAbsent(key, unseen -> new Sample()).label = text(entry, in).strip();
    } else if (ending.equals("json")) {
      describe(tar, path, text(entry, in), samples.computeIfAbsent(key, unseen -> new Sample()));
    }
  }

  private static String text(TarArchiveEntry entry, SeekableInput in) throws IOException {
    if (entry.getSize() > LARGEST_DESCRIPTION) {
      throw new IOException(
          "%s is %d bytes long, which cannot be a description"
              .formatted(entry.getName(), entry.getSize()));
    }
    ByteBuffer bytes = ByteBuffer.wrap(in.read(entry.getDataOffset(), (int) entry.getSize()));
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new IOException(entry.getName() + " is not UTF-8 text", e);
    }
  }

  private void describe(String tar, String path, String text, Sample sample) {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw collector.bad(tar, path + " is not valid JSON: " + e.getOriginalMessage());
    }
    if (sample.label == null || !wanted.label().isEmpty()) {
      String label = label(json);
      sample.label = label.isEmpty() ? sample.label : label;
    }
    if (!wanted.group().isEmpty()) {
      sample.group = json.path(wanted.group()).asText("");
    }
  }

  private String label(JsonNode json) {
    List<String> names = wanted.label().isEmpty() ? ColumnChoice.LABELS : List.of(wanted.label());
    return names.stream()
        .map(json::path)
        .filter(JsonNode::isValueNode)
        .map(value -> value.asText(""))
        .filter(value -> !value.isBlank())
        .findFirst()
        .orElse("");
  }

  private AnnotatedSet build(List<Tar> tars, int classes) {
    List<Found> found = tars.stream().flatMap(tar -> tar.found.stream()).toList();
    int unlabelled = tars.stream().mapToInt(Tar::unlabelled).sum();
    if (found.isEmpty() && unlabelled > 0) {
      throw collector.bad(
          example(tars),
          "there is no class, neither as .cls nor as a field of .json called as such fields usually are; name the field with --label-column");
    }
    if (unlabelled > 0) {
      collector.note(
          "left out without a class: %s, such as %s"
              .formatted(Quantity.of(unlabelled, "image"), example(tars)));
    }
    List<String> hidden = tars.stream().flatMap(tar -> tar.hidden.stream()).toList();
    if (!hidden.isEmpty()) {
      collector.note(
          "left out, for their names begin with a dot: %s, such as %s"
              .formatted(Quantity.of(hidden.size(), "file"), hidden.get(0)));
    }
    Set<String> keys = new HashSet<>();
    boolean unique = found.stream().allMatch(image -> keys.add(image.key));
    LabelledImages images = new LabelledImages(collector);
    for (Found image : found) {
      String id =
          unique ? image.key : image.tar.substring(0, image.tar.length() - 4) + "/" + image.key;
      images.add(
          "%s, %s".formatted(image.tar, image.key),
          new Annotation(id, image.image, 0, 0, 0, image.group),
          image.label);
    }
    return images.build(classes);
  }

  private static String example(List<Tar> tars) {
    return tars.stream()
        .map(Tar::example)
        .filter(example -> !example.isEmpty())
        .findFirst()
        .orElse("");
  }
}
