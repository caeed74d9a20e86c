package longtail.dataset;

import java.util.List;

/**
 * What a collection of images is, before anything is trained on it.
 *
 * @param origin where it comes from, as the user named it
 * @param shots thresholds of many, medium and few
 * @param splits its parts; the first one is trained on
 * @param copies images with the same bytes
 * @param lookAlikes images that look alike, copies left out
 * @param beginning a recipe to begin with
 */
public record Inspection(
    String origin,
    Shots shots,
    List<Split> splits,
    Duplicates copies,
    Duplicates lookAlikes,
    Beginning beginning) {

  /** Keeps an unmodifiable copy. */
  public Inspection {
    splits = List.copyOf(splits);
  }

  /**
   * A part of the collection.
   *
   * @param name such as {@code train}
   * @param classNames one per class
   * @param images per class, those that cannot be read included, {@code [classes]}
   * @param bytes of all images as they are stored
   * @param shorter lengths of the shorter sides
   * @param longer lengths of the longer sides
   * @param unreadable the images that cannot be read, at most {@value #MOST_NAMED} of them
   * @param unreadableImages number of all of them
   * @param notes what the user should know of its annotations
   */
  public record Split(
      String name,
      List<String> classNames,
      List<Integer> images,
      long bytes,
      Sides shorter,
      Sides longer,
      List<Unreadable> unreadable,
      int unreadableImages,
      List<String> notes) {
    /** The most images of one kind that are named. */
    public static final int MOST_NAMED = 1000;

    /** Keeps unmodifiable copies. */
    public Split {
      classNames = List.copyOf(classNames);
      images = List.copyOf(images);
      unreadable = List.copyOf(unreadable);
      notes = List.copyOf(notes);
    }

    /** Images per class. */
    public ClassCounts counts() {
      return ClassCounts.of(images.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Largest over smallest class, of the classes with images; 1 if there are none. */
    public double imbalanceFactor() {
      int[] some =
          images.stream().mapToInt(Integer::intValue).filter(n -> n > 0).sorted().toArray();
      return some.length == 0 ? 1 : (double) some[some.length - 1] / some[0];
    }

    /** Number of classes with images, but at most {@code most} of them. */
    public int classesOfAtMost(int most) {
      return (int) images.stream().filter(n -> n > 0 && n <= most).count();
    }
  }

  /**
   * Lengths in pixels; 0 where no image can be read.
   *
   * @param least the shortest
   * @param median in the middle
   * @param most the longest
   */
  public record Sides(int least, int median, int most) {}

  /**
   * An image that cannot be read.
   *
   * @param path where it is, or its identifier in a prepared dataset
   * @param reason why
   */
  public record Unreadable(String path, String reason) {}

  /**
   * Images that are the same.
   *
   * @param groups number of groups of at least two images
   * @param images in these groups
   * @param acrossSplits groups with images of several splits: what is trained on is tested on
   * @param acrossClasses groups with images of several classes: labels that contradict each other
   * @param examples the groups, those across splits first, then those across classes; each image as
   *     {@code split/class/path}
   */
  public record Duplicates(
      int groups, int images, int acrossSplits, int acrossClasses, List<List<String>> examples) {}

  /**
   * Where to begin.
   *
   * @param recipe an experiment file of {@code conf/}
   * @param reasons why this one, and what to look at, a sentence each
   */
  public record Beginning(String recipe, List<String> reasons) {}
}
