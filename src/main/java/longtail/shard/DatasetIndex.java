package longtail.shard;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import longtail.dataset.ClassCounts;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;

/**
 * The content of {@code index.json}. Earlier versions of the program wrote no digest of the table;
 * it is null then.
 */
@JsonPropertyOrder({"format_version"})
record DatasetIndex(
    int formatVersion,
    String name,
    String source,
    String annotations,
    long seed,
    Map<String, String> options,
    int images,
    int quarantined,
    SizeRange sizes,
    Normalization normalization,
    Shots shots,
    List<Shard> shards,
    String tableSha256,
    int[] classCounts,
    List<String> classNames)
    implements Serializable {

  /** The version this program reads and writes. */
  static final int FORMAT_VERSION = 1;

  private static final Pattern PLAIN_NAME = Pattern.compile("[^/\\\\:\\p{Cntrl}]+");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  /**
   * Refuses what no preparation writes.
   *
   * @throws IOException naming the key at fault
   */
  void check() throws IOException {
    present("name", name);
    present("normalization", normalization);
    present("shots", shots);
    present("class_counts", classCounts);
    elements("class_names", classNames);
    elements("shards", shards);
    if (classCounts.length != classNames.size()) {
      throw new IOException(
          "it has %d class_counts and %d class_names"
              .formatted(classCounts.length, classNames.size()));
    }
    if (tableSha256 != null && !DIGEST.matcher(tableSha256).matches()) {
      throw new IOException("its table_sha256 is no SHA-256, was " + tableSha256);
    }
    Set<String> files = new HashSet<>();
    for (Shard shard : shards) {
      shard.check();
      if (!files.add(shard.file)) {
        throw new IOException("its shards name the file %s twice".formatted(shard.file));
      }
    }
    long inShards = shards.stream().mapToLong(Shard::images).sum();
    long inClasses = Arrays.stream(classCounts).asLongStream().sum();
    if (images != inShards || images != inClasses) {
      throw new IOException(
          "it says %d images, its shards have %d and its classes %d"
              .formatted(images, inShards, inClasses));
    }
  }

  private static void elements(String key, List<?> list) throws IOException {
    present(key, list);
    if (list.isEmpty() || list.contains(null)) {
      throw new IOException("its %s must have elements, none of them null".formatted(key));
    }
  }

  private static void present(String key, Object value) throws IOException {
    if (value == null) {
      throw new IOException("it has no " + key);
    }
  }

  /** The same with other classes. */
  DatasetIndex withClasses(List<String> names, ClassCounts counts) {
    return new DatasetIndex(
        formatVersion,
        name,
        source,
        annotations,
        seed,
        options,
        images,
        quarantined,
        sizes,
        normalization,
        shots,
        shards,
        tableSha256,
        counts.toArray(),
        names);
  }

  /** One tar file: images it holds, its length in bytes and its digest. */
  record Shard(String file, int images, long bytes, String sha256) implements Serializable {
    private void check() throws IOException {
      if (file == null || !PLAIN_NAME.matcher(file).matches() || file.matches("\\.+")) {
        throw new IOException(
            "the file of a shard must be a plain name beside the index, was " + file);
      }
      if (images < 0 || bytes < 0 || sha256 == null || !DIGEST.matcher(sha256).matches()) {
        throw new IOException(
            "its shard %s has %d images, %d bytes and the SHA-256 %s"
                .formatted(file, images, bytes, sha256));
      }
    }
  }

  /** Extremes of the image sizes in pixels. */
  record SizeRange(int minHeight, int maxHeight, int minWidth, int maxWidth)
      implements Serializable {}
}
