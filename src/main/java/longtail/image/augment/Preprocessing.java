package longtail.image.augment;

import java.util.List;
import java.util.Optional;
import longtail.config.Default;
import longtail.dataset.Normalization;
import longtail.image.RgbImage;

/**
 * How an image becomes what a trained network sees when it is evaluated; a part of the saved model.
 *
 * @param transforms what is done to an image, in order; none leave it as it is
 * @param normalization of the pixels; that of the images' dataset if absent
 */
public record Preprocessing(
    @Default("[]") List<SizeTransform> transforms, Optional<Normalization> normalization) {
  /** Keeps a copy. */
  public Preprocessing {
    transforms = List.copyOf(transforms);
  }

  /** The same with other transforms. */
  public Preprocessing withTransforms(List<SizeTransform> others) {
    return new Preprocessing(others, normalization);
  }

  /** The same with another normalisation. */
  public Preprocessing withNormalization(Normalization other) {
    return new Preprocessing(transforms, Optional.of(other));
  }

  /**
   * The same with images of {@code height x width} pixels.
   *
   * @param mode what becomes of other proportions; as until now if absent
   */
  public Preprocessing fitted(int height, int width, Optional<Fit.Mode> mode) {
    Fit known =
        transforms.size() == 1 && transforms.get(0) instanceof Fit fit
            ? fit
            : Fit.of(height, width, Fit.Mode.CROP);
    return withTransforms(
        List.of(
            new Fit(
                height, width == height ? 0 : width, mode.orElse(known.mode()), known.share())));
  }

  /** The image as the network sees it, before the normalisation. */
  public RgbImage apply(RgbImage image) {
    RgbImage seen = image;
    for (SizeTransform transform : transforms) {
      seen = transform.apply(seen);
    }
    return seen;
  }

  /**
   * What this does to images.
   *
   * @param height of the first of them, whose size after the transforms all must have
   * @param width of the first of them
   * @param otherwise the normalisation where this says none
   */
  public Pipeline pipeline(int height, int width, Normalization otherwise) {
    RgbImage first = apply(new RgbImage(height, width, new byte[3 * height * width]));
    return Pipeline.of(transforms, normalization.orElse(otherwise), first.height(), first.width());
  }
}
