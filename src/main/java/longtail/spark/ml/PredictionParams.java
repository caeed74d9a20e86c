package longtail.spark.ml;

import java.util.List;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;

/**
 * What a {@link LongTailModel} is told, and the {@link LongTailClassifier} that makes it: columns
 * are named as Spark ML's own classifiers name them.
 */
public interface PredictionParams extends Params {
  /** Column of the images: bytes, a path, Spark's image source, or a struct of bytes and path. */
  default Param<String> imageCol() {
    return new Param<>(
        uid(),
        "imageCol",
        "column of the images: the bytes of image files, their paths, the structs of Spark's image source, or struct<bytes, path>");
  }

  /** Column that takes the class, a double; empty for none. */
  default Param<String> predictionCol() {
    return new Param<>(uid(), "predictionCol", "column that takes the class; empty for none");
  }

  /** Column that takes the softmax probabilities of all classes, a vector; empty for none. */
  default Param<String> probabilityCol() {
    return new Param<>(
        uid(), "probabilityCol", "column that takes the probabilities; empty for none");
  }

  /** Column that takes the logits, a vector; empty for none. */
  default Param<String> rawPredictionCol() {
    return new Param<>(uid(), "rawPredictionCol", "column that takes the logits; empty for none");
  }

  /** Column that takes the reason why an image cannot be read; empty for none. */
  default Param<String> errorCol() {
    return new Param<>(
        uid(),
        "errorCol",
        "column that takes the reason why an image cannot be read, else null; empty for none");
  }

  /** What becomes of rows whose image cannot be read. */
  default Param<String> handleInvalid() {
    return new Param<>(
        uid(),
        "handleInvalid",
        "rows whose image cannot be read: 'error' fails, 'skip' leaves them out, 'keep' keeps them with nulls",
        ParamValidators.inArray(List.of("error", "skip", "keep")));
  }

  /** One number per class: the class with the largest probability over threshold is predicted. */
  default DoubleArrayParam thresholds() {
    return new DoubleArrayParam(
        this,
        "thresholds",
        "one positive number per class; predicted is the class with the largest probability / threshold");
  }

  /** Power of tau normalisation; 0 for none. */
  default DoubleParam tau() {
    return new DoubleParam(
        uid(),
        "tau",
        "power of tau normalisation of a linear classifier; 0 for none",
        ParamValidators.gtEq(0));
  }

  /** How much of the log prior of the training set is taken off the logits; 0 for nothing. */
  default DoubleParam logitAdjust() {
    return new DoubleParam(
        uid(),
        "logitAdjust",
        "how much of the log prior of the training set is taken off the logits; 0 for nothing");
  }
}
