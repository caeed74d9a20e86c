package longtail.shard;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import longtail.dataset.ClassCounts;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;

/** The content of {@code index.json}. */
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
    int[] classCounts,
    List<String> classNames)
    implements Serializable {

  /** The version this program reads and writes. */
  static final int FORMAT_VERSION = 1;

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
        counts.toArray(),
        names);
  }

  /** One tar file: images it holds, its length in bytes and its digest. */
  record Shard(String file, int images, long bytes, String sha256) implements Serializable {}

  /** Extremes of the image sizes in pixels. */
  record SizeRange(int minHeight, int maxHeight, int minWidth, int maxWidth)
      implements Serializable {}
}
