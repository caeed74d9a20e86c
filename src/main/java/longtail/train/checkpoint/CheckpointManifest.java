package longtail.train.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import longtail.dataset.ClassCounts;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import longtail.shard.ShardedDataset;
import longtail.train.experiment.Cursor;

/**
 * What {@code checkpoint.json} says of a checkpoint; it is written last, so a checkpoint without it
 * does not count.
 *
 * @param formatVersion version of the directory's layout
 * @param name name of the run
 * @param cursor the next step to do
 * @param iteration steps done
 * @param metrics figures of the last evaluation; empty if none is of this very state
 * @param seed seed of the run
 * @param workers number of workers of the run
 * @param data what the model was trained on
 * @param libraries versions of what wrote the checkpoint
 * @param parts the other files by name
 */
public record CheckpointManifest(
    int formatVersion,
    String name,
    Cursor cursor,
    long iteration,
    Map<String, Double> metrics,
    long seed,
    int workers,
    TrainingData data,
    Map<String, String> libraries,
    Map<String, Part> parts) {
  /** The layout that this version writes and reads. */
  static final int FORMAT_VERSION = 1;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /**
   * What a model must know of its training set to be used.
   *
   * @param dataset name of the dataset
   * @param fingerprint digest of the dataset
   * @param classNames name of each class
   * @param classCounts training images of each class
   * @param normalization pixel statistics
   * @param shots thresholds of many, medium and few
   */
  public record TrainingData(
      String dataset,
      String fingerprint,
      List<String> classNames,
      List<Integer> classCounts,
      Normalization normalization,
      Shots shots) {
    /** What there is to know of {@code dataset}, whose pixels are normalised by {@code pixels}. */
    static TrainingData of(ShardedDataset dataset, Normalization pixels) {
      return new TrainingData(
          dataset.name(),
          dataset.fingerprint(),
          dataset.classNames(),
          Arrays.stream(dataset.counts().toArray()).boxed().toList(),
          pixels,
          dataset.shots());
    }

    /** Training images of each class. */
    public ClassCounts counts() {
      return ClassCounts.of(classCounts.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  /**
   * A file of a checkpoint.
   *
   * @param bytes its length
   * @param sha256 its digest, hexadecimal
   */
  public record Part(long bytes, String sha256) {}

  /** Keeps sorted copies. */
  public CheckpointManifest {
    metrics = new TreeMap<>(metrics);
    libraries = new TreeMap<>(libraries);
    parts = new TreeMap<>(parts);
  }

  /** The manifest as JSON. */
  String json() {
    try {
      return MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a checkpoint manifest", e);
    }
  }

  /** Reads what {@link #json} wrote. */
  static CheckpointManifest parse(String json) throws IOException {
    CheckpointManifest manifest = MAPPER.readValue(json, CheckpointManifest.class);
    if (manifest.formatVersion != FORMAT_VERSION) {
      throw new IOException(
          "it has format version %d, this program reads %d"
              .formatted(manifest.formatVersion, FORMAT_VERSION));
    }
    return manifest;
  }
}
