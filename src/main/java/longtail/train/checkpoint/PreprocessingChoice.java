package longtail.train.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.Normalization;
import longtail.image.RgbImage;
import longtail.image.augment.CenterCrop;
import longtail.image.augment.Fit;
import longtail.image.augment.Preprocessing;
import longtail.image.augment.SizeTransform;
import longtail.nn.Network;
import longtail.nn.graph.Architecture;
import longtail.shard.Samples;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;

/**
 * What somebody who uses a saved model wants otherwise than the model says of the preparation of
 * images.
 *
 * @param size height and width of the images that the network sees
 * @param fit what becomes of images of other proportions
 * @param normalization of the pixels
 */
public record PreprocessingChoice(
    OptionalInt size, Optional<Fit.Mode> fit, Optional<Normalization> normalization) {
  /** All as the model says. */
  public static final PreprocessingChoice AS_SAVED =
      new PreprocessingChoice(OptionalInt.empty(), Optional.empty(), Optional.empty());

  /** Checks the size. */
  public PreprocessingChoice {
    if (size.orElse(1) < 1) {
      throw new IllegalArgumentException("size must be at least 1, was " + size.getAsInt());
    }
  }

  /**
   * How the images of {@code dataset} are prepared for {@code model}. A model that does not know
   * the size of its images sees those of the dataset as they are; where they differ, in the size
   * that its backbone is published with.
   */
  public Preprocessing of(SavedModel model, ShardedDataset dataset, Configuration conf) {
    Preprocessing saved = model.preprocessing(conf).orElseGet(() -> earlier(model, dataset));
    Samples images = dataset.samples();
    boolean open = saved.transforms().isEmpty() && size.isEmpty();
    Preprocessing sized = open && !alike(images) ? published(saved, model, conf) : saved;
    return changed(sized, images.height(0), images.width(0));
  }

  /**
   * How images that are in no dataset are prepared for {@code model}.
   *
   * @throws LongTailException (CONFIG) if neither the model nor this choice says a normalisation
   */
  public Preprocessing of(SavedModel model, Configuration conf) {
    Preprocessing saved =
        model
            .preprocessing(conf)
            .orElseGet(() -> new Preprocessing(List.of(), normalizationOf(model)));
    if (normalization.or(saved::normalization).isEmpty()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "preparing images for %s: it does not say how their pixels are normalised; add --normalization, such as imagenet"
              .formatted(model.zip()));
    }
    boolean open = saved.transforms().isEmpty() && size.isEmpty();
    return changed(open ? published(saved, model, conf) : saved, 1, 1);
  }

  /** A model of an earlier version sees the middle of the images, at their own scale. */
  private static Preprocessing earlier(SavedModel model, ShardedDataset dataset) {
    Optional<Architecture> trained =
        model.checkpoint().map(c -> c.experiment().architecture(dataset));
    List<SizeTransform> middle =
        trained
            .<List<SizeTransform>>map(
                a ->
                    List.of(
                        a.height() == a.width()
                            ? new CenterCrop(a.height())
                            : Fit.of(a.height(), a.width(), Fit.Mode.CROP)))
            .orElse(List.of());
    return new Preprocessing(middle, normalizationOf(model));
  }

  private static Optional<Normalization> normalizationOf(SavedModel model) {
    return model.checkpoint().map(c -> c.manifest().data().normalization());
  }

  private static boolean alike(Samples images) {
    return IntStream.range(1, images.size())
        .allMatch(
            row -> images.height(row) == images.height(0) && images.width(row) == images.width(0));
  }

  private static Preprocessing published(
      Preprocessing saved, SavedModel model, Configuration conf) {
    try (Network network = model.network(conf)) {
      int usual = network.publishedImageSize();
      return saved.withTransforms(List.of(Fit.of(usual, usual, Fit.Mode.CROP)));
    }
  }

  /** {@code saved} with what is chosen; {@code height x width} is the size of an image. */
  private Preprocessing changed(Preprocessing saved, int height, int width) {
    Preprocessing changed = saved;
    if (size.isPresent()) {
      changed = saved.fitted(size.getAsInt(), size.getAsInt(), fit);
    } else if (fit.isPresent()) {
      RgbImage seen = saved.apply(new RgbImage(height, width, new byte[3 * height * width]));
      changed = saved.fitted(seen.height(), seen.width(), fit);
    }
    return normalization.map(changed::withNormalization).orElse(changed);
  }
}
