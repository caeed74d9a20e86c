package longtail.spark.evaluate;

import java.util.Locale;
import java.util.Optional;
import longtail.eval.NearestClassMean.Mode;
import longtail.eval.NearestClassMean.Similarity;

/**
 * How images are classified by the nearest class mean instead of the model's head.
 *
 * @param mode what is done to features before they are averaged or compared
 * @param similarity how features and class means are compared
 * @param training directory of the prepared training set that the means are of, or of its stored
 *     features where the images are stored features too; absent: the one that the run of the
 *     checkpoint names
 */
public record NearestMeanOptions(Mode mode, Similarity similarity, Optional<String> training) {

  /** What reports say of a classifier by the means over {@code directory}. */
  String description(String directory) {
    return "nearest class mean of %s, %s features, %s similarity"
        .formatted(directory, lower(mode), lower(similarity));
  }

  /** Checks that no correction of logits is wanted, as there are none. */
  void requireNothing(PostHoc postHoc) {
    if (!postHoc.equals(PostHoc.NOTHING)) {
      throw new IllegalArgumentException(
          "nearest-class-mean has no logits, and so no tau or logit-adjust; were %s and %s"
              .formatted(postHoc.taus(), postHoc.logitAdjust()));
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
