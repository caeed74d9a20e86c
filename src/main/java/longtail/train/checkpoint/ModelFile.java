package longtail.train.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import longtail.config.Yaml;
import longtail.image.augment.Preprocessing;
import longtail.nn.Network;

/**
 * The model zip: that of the network, as Deeplearning4j writes it, and before it how an image is
 * prepared for the network and the names of its classes. Readers of Deeplearning4j's zips pass over
 * what they do not know.
 */
public final class ModelFile {
  private static final String PREPROCESSING = "preprocessing.yaml";
  private static final String CLASS_NAMES = "class_names.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private ModelFile() {}

  /** Writes the zip of a model whose classes have no names; {@code out} stays open. */
  public static void write(Network network, Preprocessing preprocessing, OutputStream out)
      throws IOException {
    write(network, preprocessing, List.of(), out);
  }

  /**
   * Writes the zip; {@code out} stays open.
   *
   * @param classNames name of each class; empty if they have none
   */
  static void write(
      Network network, Preprocessing preprocessing, List<String> classNames, OutputStream out)
      throws IOException {
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    network.save(saved);
    ZipOutputStream zip = new ZipOutputStream(out);
    zip.setLevel(Deflater.BEST_SPEED); // weights hardly shrink
    zip.putNextEntry(entry(PREPROCESSING));
    zip.write(Yaml.write(preprocessing).getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
    if (!classNames.isEmpty()) {
      zip.putNextEntry(entry(CLASS_NAMES));
      zip.write(JSON.writeValueAsBytes(classNames));
      zip.closeEntry();
    }
    try (ZipInputStream entries =
        new ZipInputStream(new ByteArrayInputStream(saved.toByteArray()))) {
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        zip.putNextEntry(entry(entry.getName()));
        entries.transferTo(zip);
        zip.closeEntry();
      }
    }
    zip.finish();
  }

  /** Equal models have equal bytes: no entry notes the time. */
  private static ZipEntry entry(String name) {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(NO_TIME);
    return entry;
  }

  /** What the zip says of the preparation of images; empty if nothing. {@code in} stays open. */
  static Optional<Preprocessing> preprocessing(InputStream in, String source) throws IOException {
    return text(in, PREPROCESSING)
        .map(text -> Yaml.read(text, source + "/" + PREPROCESSING, Preprocessing.class));
  }

  /** The names of the classes; empty if the zip does not say them. {@code in} stays open. */
  static Optional<List<String>> classNames(InputStream in) throws IOException {
    Optional<String> text = text(in, CLASS_NAMES);
    return text.isEmpty()
        ? Optional.empty()
        : Optional.of(List.of(JSON.readValue(text.get(), String[].class)));
  }

  private static Optional<String> text(InputStream in, String name) throws IOException {
    ZipInputStream entries = new ZipInputStream(in);
    for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
      if (entry.getName().equals(name)) {
        return Optional.of(new String(entries.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return Optional.empty();
  }
}
