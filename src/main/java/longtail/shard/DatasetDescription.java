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
    Map<String, String> options)
    implements Serializable {

  /** Checks the number of shards and keeps copies. */
  public DatasetDescription {
    if (shards < 1) {
      throw new IllegalArgumentException("shards must be at least 1, was " + shards);
    }
    classNames = List.copyOf(classNames);
    options = new TreeMap<>(options);
  }
}
