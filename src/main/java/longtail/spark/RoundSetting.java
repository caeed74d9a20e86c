package longtail.spark;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import longtail.statistics.Covariance;
import longtail.train.Experiment;

/**
 * A network and a set of classes whose rounds are measured, trained by MetaSAug as its recipes do.
 *
 * @param name what tables call it
 * @param backbone as an experiment file names it
 * @param classes number of classes
 * @param imagesPerClass random training images of each class
 * @param size height and width of the images in pixels
 * @param covariance what is kept of each class's covariance
 * @param loss as an experiment file names it
 * @param freeze what is not trained
 */
public record RoundSetting(
    String name,
    String backbone,
    int classes,
    int imagesPerClass,
    int size,
    Covariance covariance,
    String loss,
    String freeze) {
  /** Classes with an image in the meta set. */
  private static final int META_CLASSES = 128;

  private static final RoundSetting CIFAR =
      new RoundSetting(
          "ResNet-32, 100 classes, full covariance",
          "resnet32",
          100,
          20,
          32,
          Covariance.FULL,
          "{type: ldam, scale: 1.0, weights: effective-number}",
          "none");

  private static final RoundSetting NATURALIST =
      new RoundSetting(
          "ResNet-50, 8142 classes, diagonal covariance, frozen backbone",
          "{type: resnet, depth: 50}",
          8142,
          1,
          32,
          Covariance.DIAGONAL,
          "{type: weighted-cross-entropy, weights: effective-number}",
          "backbone");

  /** Small images and a large network. */
  public static final List<RoundSetting> USUAL = List.of(CIFAR, NATURALIST);

  /** Label of each training image. */
  int[] labels() {
    int[] labels = new int[classes * imagesPerClass];
    Arrays.setAll(labels, i -> i % classes);
    return labels;
  }

  /** Label of each meta image. */
  int[] metaLabels() {
    int[] labels = new int[META_CLASSES];
    Arrays.setAll(labels, i -> i % classes);
    return labels;
  }

  /**
   * What is trained: rounds of {@code steps} steps of {@code batch} images, over all workers, and
   * of as many meta images.
   */
  Experiment experiment(int batch, int steps) {
    String yaml =
        """
        name: rounds
        model: {backbone: %s, head: linear}
        stages:
          - epochs: 1000
            batch-size: %d
            method: {type: metasaug, covariance: %s, lambda: 0.75}
            loss: %s
            freeze: %s
            frozen-norm: running
            optimizer: {type: sgd, lr: 0.001, momentum: 0.9, nesterov: true, weight-decay: 5.0e-4}
            schedule: constant
        averaging: {every: %d}
        evaluation: {every-epochs: 1000}
        checkpoints: {every-epochs: 1000}
        """
            .formatted(
                backbone, batch, covariance.name().toLowerCase(Locale.ROOT), loss, freeze, steps);
    return Experiment.parse(yaml, "the benchmark of rounds", List.of());
  }
}
