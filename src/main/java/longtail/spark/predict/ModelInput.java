package longtail.spark.predict;

import java.io.Serializable;
import java.util.List;
import longtail.dataset.Normalization;
import longtail.image.RgbImage;
import longtail.image.augment.Pipeline;
import longtail.image.augment.Preprocessing;
import longtail.image.augment.SizeTransform;
import longtail.shard.ShardedDataset;
import longtail.train.checkpoint.PreprocessingChoice;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;

/**
 * How images become what a network sees.
 *
 * @param transforms what brings an image to the network's size, in order
 * @param pipeline what normalises the result
 */
record ModelInput(List<SizeTransform> transforms, Pipeline pipeline) implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * That of {@code model} as far as {@code choice} says nothing else; for the images of a prepared
   * dataset the same as at an evaluation.
   *
   * @throws longtail.LongTailException (CONFIG) if nobody knows the normalisation
   */
  static ModelInput of(
      SavedModel model, PreprocessingChoice choice, ImageLocation location, Configuration conf) {
    if (location instanceof ImageLocation.Prepared prepared) {
      ShardedDataset dataset = ShardedDataset.open(prepared.directory(), conf);
      return of(
          choice.of(model, dataset, conf),
          dataset.samples().height(0),
          dataset.samples().width(0),
          dataset.normalization());
    }
    // any size will do, for all images end in one; the normalisation is known by now
    return of(choice.of(model, conf), 1, 1, Normalization.imageNet());
  }

  private static ModelInput of(
      Preprocessing preprocessing, int height, int width, Normalization otherwise) {
    return new ModelInput(
        preprocessing.transforms(),
        preprocessing.pipeline(height, width, otherwise).withTransforms(List.of()));
  }

  /** Numbers of one image. */
  int length() {
    return pipeline.length();
  }

  /** What the network sees of {@code image}, before the normalisation. */
  RgbImage seen(RgbImage image) {
    RgbImage seen = image;
    for (SizeTransform transform : transforms) {
      seen = transform.apply(seen);
    }
    return seen;
  }

  @Override
  public String toString() {
    return "%s to %d x %d".formatted(transforms, pipeline.width(), pipeline.height());
  }
}
