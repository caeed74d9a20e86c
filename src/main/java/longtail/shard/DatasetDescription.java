package longtail.shard;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;

/**
 * What a dataset to be prepared will be. Two preparations with equal descriptions write equal
 * shards; only then does one continue the other.
 *
 * @param name name of the dataset
 * @param classNames one name per class
 * @param normalization pixel statistics
 * @param shots thresholds of many, medium and few
 * @param source where the annotations come from: manifest or annotation file
 * @param annotations {@link longtail.dataset.AnnotatedSet#fingerprint} of what is prepared
 * @param shards number of shards
 * @param seed seed of the order of the images
 * @param options how images are re-encoded, such as {@code resize: 256}, in words of the caller
 * @param images where the images lie; no part of the finished dataset, which is the same wherever
 *     they lay
 */
public record DatasetDescription(
    String name,
    List<String> classNames,
    Normalization normalization,
    Shots shots,
    String source,
    String annotations,
    int shards,
    long seed,
    Map<String, String> options,
    String images)
    implements Serializable {

  /** A dataset of images that do not lie in a directory. */
  public DatasetDescription(
      String name,
      List<String> classNames,
      Normalization normalization,
      Shots shots,
      String source,
      String annotations,
      int shards,
      long seed,
      Map<String, String> options) {
    this(name, classNames, normalization, shots, source, annotations, shards, seed, options, "");
  }

  /** Checks the number of shards and keeps copies. */
  public DatasetDescription {
    if (shards < 1) {
      throw new IllegalArgumentException("shards must be at least 1, was " + shards);
    }
    classNames = List.copyOf(classNames);
    options = new TreeMap<>(options);
  }
}
