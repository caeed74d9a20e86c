package longtail.cli;

import java.util.Optional;
import longtail.spark.evaluate.OpenSetOptions;
import picocli.CommandLine.Option;

/** What {@code evaluate} can be told about images of none of the classes. */
final class OpenSetMixin {
  @Option(
      names = "--unknown",
      paramLabel = "DIR",
      description =
          "Prepared dataset of images of none of the classes, for the open-set F-measure: answers"
              + " below --threshold count as rejected. --store keeps them as well.")
  Optional<String> unknown = Optional.empty();

  @Option(
      names = "--threshold",
      paramLabel = "P",
      defaultValue = "0.1",
      description =
          "Softmax probability below which an answer is rejected (default ${DEFAULT-VALUE}).")
  double threshold;

  OpenSetOptions options() {
    return new OpenSetOptions(unknown, threshold);
  }
}
