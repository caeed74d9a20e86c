package longtail.train.experiment;

import java.util.List;
import java.util.Optional;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.Normalization;
import longtail.image.augment.Transform;

/**
 * What is trained on.
 *
 * @param manifest file of {@code data-manifests/} that the dataset is prepared from
 * @param dir directory of the prepared dataset
 * @param imbalanceFactor images of the largest class over those of the smallest, for datasets that
 *     are made long-tailed
 * @param metaPerClass images of each class that are set aside for the meta set
 * @param normalization of the pixels of all images, at training and evaluation; that of the
 *     prepared training set if absent
 * @param transforms augmentation of the training images, in order
 * @param meta directory of the prepared meta set; that of the training set with {@code -meta}
 *     behind it if absent
 * @param metaTransforms augmentation of the meta images; that of the training images if absent
 * @param generated directory of further training images, as {@code jobs/cam} writes them, which
 *     samplers that draw a class first draw too; epochs and class counts are those without them
 */
public record DataPlan(
    Optional<String> manifest,
    Optional<String> dir,
    Optional<Double> imbalanceFactor,
    Optional<Integer> metaPerClass,
    Optional<Normalization> normalization,
    @Default("[{type: pad-crop, padding: 4}, {type: horizontal-flip}]") List<Transform> transforms,
    Optional<String> meta,
    Optional<List<Transform>> metaTransforms,
    Optional<String> generated) {
  /** Checks the figures. */
  public DataPlan {
    if (imbalanceFactor.orElse(1.0) < 1) {
      throw new IllegalArgumentException(
          "imbalance-factor must be at least 1, was " + imbalanceFactor.get());
    }
    Ranges.atLeast("meta-per-class", 0, metaPerClass.orElse(0));
    transforms = List.copyOf(transforms);
  }

  /** Directory of the meta set that belongs to the training set in {@code training}. */
  public String metaOf(String training) {
    return meta.orElseGet(() -> training.replaceAll("/+$", "") + "-meta");
  }

  /** Augmentation of the meta images, in order. */
  public List<Transform> augmentationOfMeta() {
    return metaTransforms.orElse(transforms);
  }
}
