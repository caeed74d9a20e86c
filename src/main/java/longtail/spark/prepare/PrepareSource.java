package longtail.spark.prepare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.ClassCounts;
import longtail.dataset.ImageCollection;
import longtail.dataset.LongTail;
import longtail.dataset.Manifest;
import longtail.dataset.MetaSplit;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import longtail.dataset.SubsetSelection;
import longtail.dataset.format.Annotations;
import org.apache.hadoop.conf.Configuration;

/**
 * What is prepared: one split of a manifest, or a collection named on the command line.
 *
 * @param name name of the dataset
 * @param origin manifest or annotation file, for the index
 * @param split name of the split
 * @param collection where annotations and images lie
 * @param longTail how the split {@code train} is cut to a long tail, and a meta set from it
 * @param metaPerClass images of each class that are set aside as a meta set where there is no long
 *     tail to cut; 0 = none
 * @param normalization pixel statistics
 * @param shots thresholds of many, medium and few
 * @param expected what the annotations must contain
 */
public record PrepareSource(
    String name,
    String origin,
    String split,
    ImageCollection collection,
    Optional<LongTail> longTail,
    int metaPerClass,
    Normalization normalization,
    Shots shots,
    Optional<Manifest> expected) {
  private static final String TRAIN = "train";
  private static final String META = "meta";

  /** The split {@code split} of the manifest that was read from {@code file}. */
  public static PrepareSource of(Manifest manifest, String file, String split) {
    boolean cut = split.equals(TRAIN) || split.equals(META);
    return new PrepareSource(
        manifest.name(),
        file,
        split,
        manifest.collection(split),
        cut ? manifest.longTail() : Optional.empty(),
        0,
        manifest.normalization(),
        manifest.shots(),
        Optional.of(manifest));
  }

  /** A collection without a manifest; it is normalised as ImageNet is. */
  public static PrepareSource of(ImageCollection collection) {
    String origin =
        collection.annotations().isEmpty() ? collection.images() : collection.annotations();
    return new PrepareSource(
        origin.replaceAll("/+$", "").replaceAll("^.*/", "").replaceAll("\\.[a-z.]+$", ""),
        origin,
        collection.split(),
        collection,
        Optional.empty(),
        0,
        Normalization.imagenet(),
        Shots.USUAL,
        Optional.empty());
  }

  /**
   * The same images cut to an exponential long tail, or with another factor where the manifest cuts
   * them already.
   *
   * @param factor largest over smallest class, at least 1
   */
  public PrepareSource withImbalanceFactor(double factor) {
    LongTail tail =
        longTail
            .map(
                t ->
                    new LongTail(
                        t.shape(), factor, t.metaPerClass(), t.selection(), t.metaSelection()))
            .orElseGet(
                () ->
                    new LongTail(
                        LongTail.Shape.EXPONENTIAL,
                        factor,
                        metaPerClass,
                        new SubsetSelection.Seeded(0),
                        new SubsetSelection.Seeded(0)));
    return new PrepareSource(
        name,
        origin,
        split,
        collection,
        Optional.of(tail),
        metaPerClass,
        normalization,
        shots,
        expected);
  }

  /** The same images with {@code perClass} of each class set aside as a meta set; 0 = none. */
  public PrepareSource withMetaPerClass(int perClass) {
    Optional<LongTail> tail =
        longTail.map(
            t ->
                new LongTail(
                    t.shape(), t.imbalanceFactor(), perClass, t.selection(), t.metaSelection()));
    return new PrepareSource(
        name, origin, split, collection, tail, perClass, normalization, shots, expected);
  }

  /** The same images among the classes {@code names}, which need not all have images. */
  public PrepareSource withClassNames(List<String> names) {
    return with(collection.withClassNames(names));
  }

  /** The same images of {@code number} classes where the annotations do not say it. */
  public PrepareSource withClasses(int number) {
    return with(collection.withClasses(number));
  }

  /** The same images with pixels to be normalised by {@code other}. */
  public PrepareSource withNormalization(Normalization other) {
    return new PrepareSource(
        name, origin, split, collection, longTail, metaPerClass, other, shots, expected);
  }

  private PrepareSource with(ImageCollection other) {
    return new PrepareSource(
        name, origin, split, other, longTail, metaPerClass, normalization, shots, expected);
  }

  /** The images to prepare. */
  Selected select(Configuration conf) {
    AnnotatedSet all = Annotations.read(collection, conf);
    List<String> differences = new ArrayList<>(all.notes());
    expected.ifPresent(manifest -> differences.addAll(manifest.differences(split, all.counts())));
    if (split.equals(META) && longTail.isPresent()) {
      return new Selected(longTail.get().meta(all), Optional.empty(), differences);
    }
    if (longTail.isPresent()) {
      LongTail tail = longTail.get();
      Optional<AnnotatedSet> meta =
          tail.metaPerClass() > 0 ? Optional.of(tail.meta(all)) : Optional.empty();
      return Selected.of(tail.train(all), meta, differences);
    }
    if (metaPerClass > 0) {
      MetaSplit divided =
          MetaSplit.of(
              all.labels(), all.classes(), metaPerClass, new SubsetSelection.Seeded(0).draws());
      return Selected.of(
          all.select(divided.train()), Optional.of(all.select(divided.meta())), differences);
    }
    return new Selected(all, Optional.empty(), differences);
  }

  /**
   * Images to prepare.
   *
   * @param images the split, cut to a long tail if that is asked for
   * @param meta the meta set beside it
   * @param differences one sentence per thing that looks odd in the annotations, per count that is
   *     not as the manifest expects, or that leaves classes nothing to train on
   */
  record Selected(AnnotatedSet images, Optional<AnnotatedSet> meta, List<String> differences) {
    /** The same; says so where the meta set leaves classes without an image to train on. */
    static Selected of(AnnotatedSet images, Optional<AnnotatedSet> meta, List<String> differences) {
      int[] left = images.counts().toArray();
      int[] aside = meta.map(set -> set.counts().toArray()).orElse(new int[left.length]);
      int[] emptied =
          IntStream.range(0, left.length).filter(c -> left[c] == 0 && aside[c] > 0).toArray();
      if (emptied.length == 0) {
        return new Selected(images, meta, differences);
      }
      List<String> all = new ArrayList<>(differences);
      all.add(
          "the meta set takes all images of %d classes, such as '%s', and leaves none to train on: lower --meta-per-class, or prepare the images again without it to another directory, train on that and name this meta set with data.meta"
              .formatted(emptied.length, images.classNames().get(emptied[0])));
      return new Selected(images, meta, all);
    }

    ClassCounts counts() {
      return images.counts();
    }
  }
}
