package longtail.spark.evaluate;

import java.io.Serializable;
import longtail.eval.NearestClassMean;
import longtail.eval.NearestClassMean.Similarity;

/**
 * Class means that classify the images of an evaluation.
 *
 * @param means of the classes
 * @param similarity that decides
 */
public record MeanClassifier(NearestClassMean means, Similarity similarity)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** What stands for logits of an image with these features. */
  float[] scores(float... features) {
    return means.scores(features, similarity);
  }
}
