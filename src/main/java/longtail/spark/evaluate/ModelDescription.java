package longtail.spark.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.LongTailException;
import longtail.config.Yaml;
import longtail.dataset.ClassCounts;
import longtail.dataset.ClassMapping;
import longtail.dataset.Normalization;
import longtail.image.RgbImage;
import longtail.image.augment.Preprocessing;
import longtail.nn.Network;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ImageSize;
import longtail.shard.ShardedDataset;
import longtail.spark.job.RunLog;
import longtail.storage.FileSystems;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.CheckpointManifest.TrainingData;
import longtail.train.checkpoint.SavedModel;
import longtail.train.experiment.Model;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What a saved model says of itself to other programs; a zip alone says little.
 *
 * @param name of the experiment, or of the file
 * @param classNames name of each class
 * @param counts training images of each class
 * @param normalization of the pixels
 * @param size of the images that the network sees
 * @param model what the network is made of
 */
public record ModelDescription(
    String name,
    Optional<List<String>> classNames,
    Optional<ClassCounts> counts,
    Optional<Normalization> normalization,
    Optional<ImageSize> size,
    Optional<Model> model) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ANY_SIDE = 64;

  /**
   * That of {@code model}. The size of the images is known where the model was saved with it, or
   * where the training set of the run is still where it was.
   */
  public static ModelDescription of(SavedModel model, Configuration conf) {
    Optional<Checkpoint> checkpoint = model.checkpoint();
    Optional<TrainingData> data = checkpoint.map(c -> c.manifest().data());
    Optional<Preprocessing> preprocessing = model.preprocessing(conf);
    return new ModelDescription(
        model.name(),
        model.classNames(conf),
        data.map(TrainingData::counts),
        preprocessing
            .flatMap(Preprocessing::normalization)
            .or(() -> data.map(TrainingData::normalization)),
        preprocessing
            .flatMap(ModelDescription::size)
            .or(() -> checkpoint.flatMap(c -> size(c, conf))),
        checkpoint.map(c -> c.experiment().model()));
  }

  /** What the transforms make of any image; nothing where they leave it as it is. */
  private static Optional<ImageSize> size(Preprocessing preprocessing) {
    if (preprocessing.transforms().isEmpty()) {
      return Optional.empty();
    }
    RgbImage any = new RgbImage(ANY_SIDE, ANY_SIDE, new byte[3 * ANY_SIDE * ANY_SIDE]);
    RgbImage seen = preprocessing.apply(any);
    return Optional.of(new ImageSize(seen.height(), seen.width()));
  }

  private static Optional<ImageSize> size(Checkpoint checkpoint, Configuration conf) {
    Path run = FileSystems.path(checkpoint.directory()).getParent().getParent();
    try {
      return RunLog.trainingSet(run, conf)
          .filter(directory -> ShardedDataset.exists(directory, conf))
          .map(
              directory ->
                  checkpoint.experiment().architecture(ShardedDataset.open(directory, conf)))
          .map(ModelDescription::size);
    } catch (LongTailException e) {
      return Optional.empty(); // a checkpoint that was moved away from its run
    }
  }

  private static ImageSize size(Architecture architecture) {
    return new ImageSize(architecture.height(), architecture.width());
  }

  /** The same with images of {@code given} size. */
  public ModelDescription sized(ImageSize given) {
    return new ModelDescription(name, classNames, counts, normalization, Optional.of(given), model);
  }

  /**
   * The classes of {@code network}, which is the model; numbers where their names are not known.
   */
  public List<String> classNamesOf(Network network) {
    return classNames.orElseGet(() -> ClassMapping.numbers(network.classes()));
  }

  /** What is known as properties of a file; lists are JSON. */
  public Map<String, String> properties() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("name", name);
    properties.put("color_order", "RGB");
    classNames.ifPresent(names -> properties.put("class_names", json(names)));
    normalization.ifPresent(
        pixels -> {
          properties.put("mean", json(pixels.mean()));
          properties.put("std", json(pixels.std()));
        });
    size.ifPresent(
        known -> properties.put("input_size", json(List.of(3, known.height(), known.width()))));
    model.ifPresent(
        parts -> {
          Map<String, Object> tree = Yaml.tree(Yaml.write(parts), name);
          properties.put("backbone", json(tree.get("backbone")));
          properties.put("head", json(tree.get("head")));
        });
    return properties;
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a description of a model", e);
    }
  }
}
