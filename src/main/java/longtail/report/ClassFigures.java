package longtail.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import longtail.dataset.Shots;
import longtail.eval.ClassResult;
import longtail.eval.ConfusionMatrix;

/**
 * What an evaluation says of one class, all figures as fractions.
 *
 * @param label number of the class
 * @param name of the class
 * @param group by number of training images
 * @param training number of training images
 * @param test number of test images
 * @param correct test images that were recognised
 * @param precision right fraction of the images that were taken for the class; NaN if there are
 *     none, or if an earlier version wrote the file
 * @param f1 harmonic mean of precision and recall, 0 if nothing is right; NaN for a class that is
 *     neither tested nor predicted, or if an earlier version wrote the file
 */
@JsonPropertyOrder({
  "class",
  "name",
  "group",
  "training",
  "test",
  "correct",
  "accuracy",
  "precision",
  "f1"
})
public record ClassFigures(
    @JsonProperty("class") int label,
    String name,
    Shots.Group group,
    int training,
    int test,
    int correct,
    double precision,
    double f1) {

  /** Of the class {@code name} with {@code result} in {@code confusion}. */
  static ClassFigures of(ClassResult result, String name, ConfusionMatrix confusion) {
    int predicted = confusion.predicted(result.label());
    return new ClassFigures(
        result.label(),
        name,
        result.group(),
        result.training(),
        result.test(),
        result.correct(),
        (double) result.correct() / predicted,
        2.0 * result.correct() / (result.test() + predicted));
  }

  /** Recognised fraction, which is also the recall; NaN for a class without test images. */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public double accuracy() {
    return result().accuracy();
  }

  /** The same without name and precision. */
  ClassResult result() {
    return new ClassResult(label, group, training, test, correct);
  }
}
