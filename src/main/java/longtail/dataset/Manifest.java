package longtail.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.config.Default;
import longtail.config.Yaml;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * One dataset: where it comes from, how it is annotated, what it must contain. One file of {@code
 * data-manifests}.
 *
 * @param name name of the dataset
 * @param format how it is annotated
 * @param root directory that all paths are relative to; in the file relative to the manifest
 * @param splits the splits by name
 * @param heldOut a further split that is set aside from {@code train}, before anything else
 * @param longTail how the split {@code train} is cut, and {@code meta} set aside from it
 * @param normalization pixel statistics
 * @param shots thresholds of many, medium and few
 * @param download where the user gets the dataset
 * @param notes what else the user should know
 */
public record Manifest(
    String name,
    AnnotationFormat format,
    @Default(".") String root,
    Map<String, Split> splits,
    Optional<HeldOut> heldOut,
    Optional<LongTail> longTail,
    @Default("{mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}")
        Normalization normalization,
    @Default("{}") Shots shots,
    @Default("[]") List<String> download,
    @Default("''") String notes) {

  private static final String TRAIN = "train";
  private static final String META = "meta";

  /** Checks that a split is not both named and set aside. */
  public Manifest {
    heldOut
        .map(HeldOut::split)
        .filter(splits::containsKey)
        .ifPresent(
            split -> {
              throw new IllegalArgumentException(
                  "held-out must not be one of the splits, was " + split);
            });
  }

  /**
   * One split.
   *
   * @param annotations annotation file, or CIFAR archive
   * @param images directory of the images
   * @param expected what its annotations must contain, before a long tail is cut
   */
  public record Split(
      @Default("''") String annotations,
      @Default("''") String images,
      @Default("{}") Expected expected) {}

  /**
   * Counts that a complete split has; 0 = not stated.
   *
   * @param images number of images
   * @param classes number of classes
   * @param max images of the largest class
   * @param min images of the smallest class
   */
  public record Expected(
      @Default("0") int images,
      @Default("0") int classes,
      @Default("0") int max,
      @Default("0") int min) {}

  /**
   * Reads a manifest; the root of the result is absolute.
   *
   * @throws LongTailException with code CONFIG if it is missing or wrong
   */
  public static Manifest load(String file, Configuration conf) {
    Path path = FileSystems.path(file);
    try {
      Path qualified = FileSystems.of(path, conf).makeQualified(path);
      try (InputStream in = FileSystems.open(qualified, conf)) {
        String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        Manifest manifest = Yaml.read(text, file, Manifest.class);
        return manifest.withRoot(
            new Path(qualified.getParent(), FileSystems.path(manifest.root)).toString());
      }
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.CONFIG, "Cannot read the manifest " + file + ": " + e.getMessage(), e);
    }
  }

  /** The same dataset below another directory. */
  public Manifest withRoot(String directory) {
    return new Manifest(
        name, format, directory, splits, heldOut, longTail, normalization, shots, download, notes);
  }

  /** The same dataset with another long tail. */
  public Manifest withLongTail(LongTail tail) {
    return new Manifest(
        name,
        format,
        root,
        splits,
        heldOut,
        Optional.of(tail),
        normalization,
        shots,
        download,
        notes);
  }

  /**
   * Where the images and annotations of {@code split} lie.
   *
   * @throws LongTailException with code USAGE if there is no such split
   */
  public ImageCollection collection(String split) {
    Split named = named(split);
    return new ImageCollection(
        format,
        below(named.annotations),
        below(named.images),
        source(split),
        format == AnnotationFormat.LIST ? named.expected.classes : 0);
  }

  /** The split whose annotations {@code split} is made of. */
  private String source(String split) {
    boolean aside = heldOut.isPresent() && heldOut.get().split().equals(split);
    return aside || (split.equals(META) && longTail.isPresent()) ? TRAIN : split;
  }

  /** The images of {@code split} among {@code all} of the annotations that it is made of. */
  public AnnotatedSet part(String split, AnnotatedSet all) {
    if (heldOut.isEmpty() || !source(split).equals(TRAIN)) {
      return all;
    }
    HeldOut aside = heldOut.get();
    return aside.split().equals(split) ? aside.heldOut(all) : aside.train(all);
  }

  private Split named(String split) {
    Split named = splits.get(source(split));
    if (named == null) {
      throw new LongTailException(
          ErrorCode.USAGE,
          "The dataset " + name + " has no split '" + split + "', only " + splits.keySet());
    }
    return named;
  }

  private String below(String path) {
    return path.isEmpty() ? root : FileSystems.resolve(root, path).toString();
  }

  /**
   * Compares what {@code split} holds with what it must hold.
   *
   * @param actual counts of the annotations, before a long tail is cut
   * @return one sentence per difference; empty if there is none
   */
  public List<String> differences(String split, ClassCounts actual) {
    Expected expected = named(split).expected;
    List<String> differences = new ArrayList<>();
    compare(differences, "images", expected.images, actual.total());
    compare(differences, "classes", expected.classes, actual.classes());
    compare(differences, "images of the largest class", expected.max, actual.max());
    compare(differences, "images of the smallest class", expected.min, actual.min());
    return differences;
  }

  private static void compare(List<String> differences, String what, int expected, int actual) {
    if (expected != 0 && expected != actual) {
      differences.add("number of " + what + ": " + actual + ", expected " + expected);
    }
  }
}
