package longtail.spark.ml;

import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.StringArrayParam;

/** What a {@link LongTailClassifier} is told of the training. */
public interface TrainingParams extends PredictionParams {
  /** Column of the classes, numbers from 0 on or names. */
  default Param<String> labelCol() {
    return new Param<>(
        uid(), "labelCol", "column of the classes: whole numbers from 0 on, or names as text");
  }

  /** Column that is true in the rows of the validation set. */
  default Param<String> validationIndicatorCol() {
    return new Param<>(
        uid(),
        "validationIndicatorCol",
        "column that is true in the rows that the model is scored on meanwhile, and not trained on");
  }

  /** Directory that takes prepared images and runs, on a file system that all executors see. */
  default Param<String> workDirectory() {
    return new Param<>(
        uid(),
        "workDirectory",
        "directory, one that all executors see, that takes the prepared images and the run of each fit");
  }

  /** An experiment file, or its text. */
  default Param<String> experiment() {
    return new Param<>(
        uid(),
        "experiment",
        "an experiment file, or its text in several lines; the other params override its keys where they are set");
  }

  /** Assignments to keys of the experiment, such as {@code stages.0.optimizer.lr=0.05}. */
  default StringArrayParam overrides() {
    return new StringArrayParam(
        this, "overrides", "assignments to keys of the experiment, such as averaging.every=2");
  }

  /** The feature extractor, as an experiment file writes it. */
  default Param<String> backbone() {
    return new Param<>(
        uid(), "backbone", "feature extractor as experiment files write it, such as resnet32");
  }

  /** The loss, as an experiment file writes it. */
  default Param<String> loss() {
    return new Param<>(
        uid(), "loss", "loss as experiment files write it, such as {type: ldam, scale: 30}");
  }

  /** The sampler, as an experiment file writes it. */
  default Param<String> sampler() {
    return new Param<>(
        uid(), "sampler", "sampler as experiment files write it, such as class-balanced");
  }

  /** Passes over the training set. */
  default IntParam epochs() {
    return new IntParam(uid(), "epochs", "passes over the training set", ParamValidators.gtEq(1));
  }

  /** Images of one step, over all workers. */
  default IntParam batchSize() {
    return new IntParam(
        uid(), "batchSize", "images of one step, over all workers", ParamValidators.gtEq(1));
  }

  /** The base learning rate. */
  default DoubleParam learningRate() {
    return new DoubleParam(uid(), "learningRate", "base learning rate", ParamValidators.gt(0));
  }

  /** Number of workers, a part of the result. */
  default IntParam workers() {
    return new IntParam(
        uid(),
        "workers",
        "number of workers; if not set, one per core of a local master, one per executor of a cluster",
        ParamValidators.gtEq(1));
  }

  /** Height and width of the images that the network sees. */
  default IntParam imageSize() {
    return new IntParam(
        uid(),
        "imageSize",
        "height and width in pixels of the images that the network sees; an experiment says it by its transforms",
        ParamValidators.gtEq(1));
  }

  /** Shorter side of the prepared images. */
  default IntParam resize() {
    return new IntParam(
        uid(),
        "resize",
        "shorter side in pixels of the prepared images, 0 for as they are; if not set, imageSize, and 0 with an experiment",
        ParamValidators.gtEq(0));
  }

  /** Images that may be unreadable before that is an error. */
  default Param<String> maxBad() {
    return new Param<>(
        uid(),
        "maxBad",
        "images that fit may leave out because they cannot be read, a number or a share such as 1%");
  }

  /** Whether the prepared images stay in the work directory. */
  default BooleanParam keepData() {
    return new BooleanParam(
        uid(), "keepData", "whether the prepared images stay in the work directory after fit");
  }

  /** Seed of every random draw. */
  default LongParam seed() {
    return new LongParam(uid(), "seed", "seed of every random draw");
  }
}
