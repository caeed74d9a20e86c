package longtail.spark.predict;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import longtail.RandomStreams;
import longtail.dataset.Normalization;
import longtail.image.Bilinear;
import longtail.image.RgbImage;
import longtail.image.augment.CenterCrop;
import longtail.image.augment.Pipeline;
import longtail.image.augment.Transform;
import longtail.image.codec.PixelLimit;
import longtail.train.checkpoint.SavedModel;
import longtail.train.checkpoint.CheckpointManifest.TrainingData;

/**
 * How images of any size become what a network sees.
 *
 * @param normalization of the pixels, that of the training set
 * @param height of what the network sees in pixels
 * @param width of what the network sees in pixels
 */
record ModelInput(Normalization normalization, int height, int width) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** That of {@code model}. */
  static ModelInput of(SavedModel model) {
    Optional<TrainingData> training = model.checkpoint().map(c -> c.manifest().data());
    List<Transform> transforms =
        model.checkpoint().map(c -> c.experiment().data().transforms()).orElse(List.of());
    RgbImage seen = new RgbImage(32, 32, new byte[32 * 32 * 3]);
    for (Transform transform : transforms) {
      seen = transform.apply(seen, RandomStreams.of(0));
    }
    return new ModelInput(
        training.map(TrainingData::normalization).orElseGet(Normalization::imageNet),
        seen.height(),
        seen.width());
  }

  /** Numbers of one image. */
  int length() {
    return 3 * height * width;
  }

  /**
   * What the network sees of {@code image}, before the normalisation.
   *
   * @throws IOException if it is too long and narrow to be resized
   */
  RgbImage seen(RgbImage image, PixelLimit limit) throws IOException {
    if (image.height() == height && image.width() == width) {
      return image;
    }
    int side = Math.round(height * 256f / 224);
    long shorter = Math.min(image.height(), image.width());
    limit.check(
        (long) side * image.width() / shorter,
        (long) side * image.height() / shorter,
        "the resized image");
    return new CenterCrop(height).apply(Bilinear.shorterSide(image, side));
  }

  /** What normalises the pixels. */
  Pipeline pipeline() {
    return Pipeline.of(List.of(), normalization.mean(), normalization.std());
  }
}
