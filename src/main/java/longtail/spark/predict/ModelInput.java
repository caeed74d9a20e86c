package longtail.spark.predict;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import longtail.LongTailException;
import longtail.RandomStreams;
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
 * @param notes what the user should know of it
 */
record ModelInput(List<SizeTransform> transforms, Pipeline pipeline, List<String> notes)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String UNKNOWN_NORMALIZATION =
      "the model does not say how its pixels are normalised: those of ImageNet are taken, as preparation does; --normalization says others";

  /**
   * That of {@code model} as far as {@code choice} says nothing else; for the images of a prepared
   * dataset the same as at an evaluation. Where nobody knows the normalisation, it is ImageNet's.
   */
  static ModelInput of(
      SavedModel model, PreprocessingChoice choice, ImageLocation location, Configuration conf) {
    if (location instanceof ImageLocation.Prepared prepared) {
      ShardedDataset dataset = ShardedDataset.open(prepared.directory(), conf);
      return of(
          choice.of(model, dataset, conf),
          dataset.samples().height(0),
          dataset.samples().width(0),
          dataset.normalization(),
          List.of());
    }
    boolean known = choice.normalization().or(() -> normalization(model, conf)).isPresent();
    PreprocessingChoice complete =
        known
            ? choice
            : new PreprocessingChoice(
                choice.size(), choice.fit(), Optional.of(Normalization.imagenet()));
    // any size will do, for all images end in one
    return of(
        complete.of(model, conf),
        1,
        1,
        Normalization.imagenet(),
        known ? List.of() : List.of(UNKNOWN_NORMALIZATION));
  }

  private static Optional<Normalization> normalization(SavedModel model, Configuration conf) {
    return model
        .preprocessing(conf)
        .flatMap(Preprocessing::normalization)
        .or(() -> model.checkpoint().map(c -> c.manifest().data().normalization()));
  }

  private static ModelInput of(
      Preprocessing preprocessing,
      int height,
      int width,
      Normalization otherwise,
      List<String> notes) {
    return new ModelInput(
        preprocessing.transforms(),
        preprocessing.pipeline(height, width, otherwise).withTransforms(List.of()),
        notes);
  }

  /** Numbers of one image. */
  int length() {
    return pipeline.length();
  }

  /**
   * Puts {@code image} into the place {@code i} of a batch.
   *
   * @param pixels takes its normalised pixels, {@code [images, height, width, 3]}
   * @return what the network sees of it, before the normalisation
   * @throws IOException with the reason, if the network can see nothing of such an image
   */
  RgbImage place(RgbImage image, float[] pixels, int i) throws IOException {
    try {
      RgbImage seen = image;
      for (SizeTransform transform : transforms) {
        seen = transform.apply(seen);
      }
      pipeline.apply(seen, RandomStreams.of(0), pixels, i * length());
      return seen;
    } catch (LongTailException refused) {
      throw new IOException(refused.getMessage(), refused);
    }
  }

  @Override
  public String toString() {
    return "%s to %d x %d".formatted(transforms, pipeline.width(), pipeline.height());
  }
}
