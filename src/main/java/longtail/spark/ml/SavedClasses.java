package longtail.spark.ml;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import longtail.config.Yaml;
import longtail.dataset.ClassCounts;
import longtail.spark.predict.TrainedModel;

/**
 * What a saved model knows of its classes.
 *
 * @param names of the classes
 * @param counts training images of each class, if they are known
 */
record SavedClasses(List<String> names, Optional<List<Integer>> counts) {

  static SavedClasses of(TrainedModel model) {
    return new SavedClasses(
        model.classNames(),
        model.counts().map(counts -> Arrays.stream(counts.toArray()).boxed().toList()));
  }

  static SavedClasses parse(String text, String source) {
    return Yaml.read(text, source, SavedClasses.class);
  }

  String yaml() {
    return Yaml.write(this);
  }

  /** {@code model} with these classes. */
  TrainedModel in(TrainedModel model) {
    return model.withClasses(
        names, counts.map(images -> ClassCounts.of(images.stream().mapToInt(i -> i).toArray())));
  }
}
