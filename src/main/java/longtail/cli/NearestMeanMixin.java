package longtail.cli;

import java.util.Locale;
import java.util.Optional;
import longtail.eval.NearestClassMean;
import longtail.spark.evaluate.NearestMeanOptions;
import picocli.CommandLine.Option;

/** What {@code evaluate} can be told about the classifier. */
final class NearestMeanMixin {
  /** What classifies. */
  enum Classifier {
    HEAD,
    NEAREST_CLASS_MEAN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Option(
      names = "--classifier",
      defaultValue = "head",
      description =
          "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}). The latter takes the class whose"
              + " mean feature of the training set is most similar.")
  Classifier classifier;

  @Option(
      names = "--means-from",
      paramLabel = "DIR",
      description =
          "Prepared training set of the class means (default: the one that the run was given); with"
              + " --from its stored outputs.")
  Optional<String> meansFrom = Optional.empty();

  @Option(
      names = "--features",
      defaultValue = "centered",
      description =
          "Features of nearest-class-mean: plain, normalized to length 1, or centered on their"
              + " mean first (default ${DEFAULT-VALUE}).")
  NearestClassMean.Mode features;

  @Option(
      names = "--similarity",
      defaultValue = "euclidean",
      description =
          "How nearest-class-mean compares them: euclidean, cosine, or product, which the published"
              + " code calls cosine (default ${DEFAULT-VALUE}).")
  NearestClassMean.Similarity similarity;

  /** The classifier, unless it is the model's head. */
  Optional<NearestMeanOptions> options() {
    return switch (classifier) {
      case HEAD -> Optional.empty();
      case NEAREST_CLASS_MEAN ->
          Optional.of(new NearestMeanOptions(features, similarity, meansFrom));
    };
  }
}
