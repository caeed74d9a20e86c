package longtail.dataset;

import java.io.Serializable;
import longtail.config.Default;

/**
 * How a long-tailed training set is cut from a balanced one. The meta images are set aside first,
 * so the largest class keeps what is left.
 *
 * @param shape how the classes shrink
 * @param imbalanceFactor largest over smallest class, at least 1
 * @param metaPerClass images of each class in the meta set; 0 = there is none
 * @param selection which images stay
 * @param metaSelection which images go to the meta set
 */
public record LongTail(
    @Default("exponential") Shape shape,
    double imbalanceFactor,
    @Default("0") int metaPerClass,
    @Default("seeded") SubsetSelection selection,
    @Default("seeded") SubsetSelection metaSelection)
    implements Serializable {

  /** The shape of a long tail. */
  public enum Shape {
    /** See {@link LongTailProfile.Exponential}. */
    EXPONENTIAL,
    /** See {@link LongTailProfile.Step}. */
    STEP
  }

  /** Checks the ranges. */
  public LongTail {
    if (!(imbalanceFactor >= 1)) {
      throw new IllegalArgumentException(
          "imbalance-factor must be at least 1, was " + imbalanceFactor);
    }
    if (metaPerClass < 0) {
      throw new IllegalArgumentException(
          "meta-per-class must not be negative, was " + metaPerClass);
    }
  }

  /** The exponential long tail with our own selections. */
  public static LongTail of(double imbalanceFactor, int metaPerClass) {
    return new LongTail(
        Shape.EXPONENTIAL,
        imbalanceFactor,
        metaPerClass,
        new SubsetSelection.Seeded(0),
        new SubsetSelection.Seeded(0));
  }

  /** The same with the imbalance factor {@code factor}. */
  public LongTail withFactor(double factor) {
    return new LongTail(shape, factor, metaPerClass, selection, metaSelection);
  }

  /** The same with {@code perClass} images of each class in the meta set. */
  public LongTail withMetaPerClass(int perClass) {
    return new LongTail(shape, imbalanceFactor, perClass, selection, metaSelection);
  }

  /** The same with the images that {@code chosen} keeps. */
  public LongTail withSelection(SubsetSelection chosen) {
    return new LongTail(shape, imbalanceFactor, metaPerClass, chosen, metaSelection);
  }

  /** The same with the meta images that {@code chosen} sets aside. */
  public LongTail withMetaSelection(SubsetSelection chosen) {
    return new LongTail(shape, imbalanceFactor, metaPerClass, selection, chosen);
  }

  /** The long-tailed training set of the balanced set {@code balanced}. */
  public AnnotatedSet train(AnnotatedSet balanced) {
    AnnotatedSet rest = balanced.select(split(balanced).train());
    double largest = (double) rest.size() / rest.classes();
    ClassCounts wanted = profile().counts(largest, rest.classes());
    return rest.select(selection.select(rest.labels(), wanted));
  }

  /** The balanced meta set of the balanced set {@code balanced}; no image of it is trained on. */
  public AnnotatedSet meta(AnnotatedSet balanced) {
    return balanced.select(split(balanced).meta());
  }

  private MetaSplit split(AnnotatedSet balanced) {
    return MetaSplit.of(balanced.labels(), balanced.classes(), metaPerClass, metaSelection.draws());
  }

  private LongTailProfile profile() {
    return switch (shape) {
      case EXPONENTIAL -> LongTailProfile.exponential(imbalanceFactor);
      case STEP -> LongTailProfile.step(imbalanceFactor);
    };
  }
}
