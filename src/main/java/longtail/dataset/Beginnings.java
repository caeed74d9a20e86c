package longtail.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import longtail.Quantity;
import longtail.dataset.Inspection.Beginning;
import longtail.dataset.Inspection.Split;

/**
 * Which experiment file of {@code conf/} is a good beginning for a training set. The rules are few:
 * the size of the images and the number of classes name the family, the tail names the loss.
 */
public final class Beginnings {
  /** Images with a median shorter side up to this are trained at 32 pixels. */
  static final int SMALL_SIDE = 96;

  private static final String LARGEST = "inat2018";
  private static final int FEW_CLASSES = 50;
  private static final int MANY_CLASSES = 2000;

  /** Largest over smallest class from which on a training set counts as long-tailed. */
  private static final double LONG_TAILED = 3;

  /** Meta images of a class that the papers take. */
  private static final int META_PER_CLASS = 10;

  private Beginnings() {}

  /** A recipe for the training set {@code split}, with the reasons. */
  public static Beginning of(Split split) {
    List<String> reasons = new ArrayList<>();
    ClassCounts counts = split.counts();
    int classes = counts.classes();
    int side = split.shorter().median();
    String family;
    if (side <= SMALL_SIDE) {
      family = classes < FEW_CLASSES ? "cifar10-lt" : "cifar100-lt";
      reasons.add(
          "half of the images have a shorter side of at most %d pixels: a ResNet-32 at 32 pixels, as for CIFAR"
              .formatted(side));
    } else if (classes <= MANY_CLASSES) {
      family = "imagenet-lt";
      reasons.add(
          "%s of images of %d pixels and more: as ImageNet-LT"
              .formatted(Quantity.of(classes, "class"), side));
    } else {
      family = LARGEST;
      reasons.add("%d classes: as iNaturalist 2018".formatted(classes));
    }
    double factor = split.imbalanceFactor();
    boolean tailed = factor >= LONG_TAILED;
    reasons.add(
        tailed
            ? String.format(
                Locale.ROOT,
                "the largest class has %.0f times as many images as the smallest: %s; compare it with cross-entropy.yaml beside it",
                factor,
                family.equals(LARGEST)
                    ? "a classifier trained again on balanced classes corrects for that"
                    : "balanced softmax corrects for that with nothing to tune")
            : "the classes are of nearly equal size: cross-entropy will do");
    int rare = split.classesOfAtMost(META_PER_CLASS);
    reasons.add(
        rare == 0
            ? "every class has more than %d images, so a meta set (prepare --meta-per-class %d) for MetaSAug leaves each something to train on"
                .formatted(META_PER_CLASS, META_PER_CLASS)
            : "%s at most %d images, and a meta set of %d of each would leave nothing to train on: choose a smaller --meta-per-class, or a method without a meta set"
                .formatted(
                    Quantity.does(rare, "class", "has", "have"), META_PER_CLASS, META_PER_CLASS));
    return new Beginning("conf/%s/%s.yaml".formatted(family, loss(family, tailed)), reasons);
  }

  private static String loss(String family, boolean tailed) {
    if (!tailed) {
      return "cross-entropy";
    }
    return switch (family) {
      case "imagenet-lt" -> "balms-balanced-softmax";
      case LARGEST -> "decoupling-crt";
      default -> "balanced-softmax";
    };
  }
}
