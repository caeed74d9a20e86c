package longtail.image.synth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.dataset.LongTailProfile;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.storage.FileSystems;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Writes the sample: JPEG images below {@code images/} and the annotations {@code train.json} (long
 * tail) and {@code test.json} (balanced) in the format of iNaturalist; with a meta set, {@code
 * meta.json} (balanced) beside them.
 *
 * <p>Equal options give equal images, whatever the number of cores.
 */
public final class SyntheticSample {
  private static final double JPEG_QUALITY = 0.92;
  private static final long CLASS_ORDER = 0;

  private final Path directory;
  private final Options options;
  private final FileSystem files;
  private final List<Figure> figures;
  private final List<String> names;

  private SyntheticSample(Path directory, Options options, FileSystem files) {
    this.directory = directory;
    this.options = options;
    this.files = files;
    this.figures = Figure.first(options.classes());
    this.names = Figure.names(options.classes());
  }

  /**
   * What to draw.
   *
   * @param seed seed of everything random
   * @param classes number of classes, 2 to 80
   * @param largestClass training images of the largest class
   * @param imbalanceFactor training images of the largest over those of the smallest class
   * @param testPerClass test images of each class
   * @param metaPerClass images of each class that are drawn as a meta set, beside the training
   *     images; 0 = none
   * @param imageSize height and width in pixels
   * @param difficulty how hard the images are
   */
  public record Options(
      long seed,
      int classes,
      int largestClass,
      double imbalanceFactor,
      int testPerClass,
      int metaPerClass,
      int imageSize,
      Difficulty difficulty)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Checks the ranges. */
    public Options {
      if (classes < 2 || classes > Figure.MOST) {
        throw new IllegalArgumentException(
            "classes must be in [2, %d], was %d".formatted(Figure.MOST, classes));
      }
      if (largestClass < 1 || testPerClass < 1) {
        throw new IllegalArgumentException(
            "every class needs an image, was largest class %d, test images per class %d"
                .formatted(largestClass, testPerClass));
      }
      if (metaPerClass < 0) {
        throw new IllegalArgumentException(
            "meta images per class must not be negative, was " + metaPerClass);
      }
      if (!(imbalanceFactor >= 1 && imbalanceFactor <= largestClass)) {
        throw new IllegalArgumentException(
            "the imbalance factor must be in [1, largest class %d], was %s"
                .formatted(largestClass, imbalanceFactor));
      }
      if (imageSize < 16) {
        throw new IllegalArgumentException("the image size must be at least 16, was " + imageSize);
      }
    }

    /** A sample without a meta set. */
    public Options(
        long seed,
        int classes,
        int largestClass,
        double imbalanceFactor,
        int testPerClass,
        int imageSize,
        Difficulty difficulty) {
      this(seed, classes, largestClass, imbalanceFactor, testPerClass, 0, imageSize, difficulty);
    }

    /** The same images and a meta set of {@code perClass} further ones of each class. */
    public Options withMetaPerClass(int perClass) {
      return new Options(
          seed,
          classes,
          largestClass,
          imbalanceFactor,
          testPerClass,
          perClass,
          imageSize,
          difficulty);
    }

    /** The sample of the quickstart: 20 classes of 500 to 5 images, 64 pixels wide. */
    public static Options quickstart(long seed) {
      return new Options(seed, 20, 500, 100, 60, 64, Difficulty.QUICKSTART);
    }
  }

  /**
   * What was written.
   *
   * @param trainAnnotations path of the training annotations
   * @param testAnnotations path of the test annotations
   * @param images directory that image paths are relative to
   * @param trainCounts training images per class
   * @param testImages number of test images
   */
  public record Summary(
      String trainAnnotations,
      String testAnnotations,
      String images,
      ClassCounts trainCounts,
      int testImages) {}

  private enum Split {
    TRAIN(1),
    TEST(2),
    META(3);

    private final long stream;

    Split(long stream) {
      this.stream = stream;
    }
  }

  /** One image to draw. */
  private record Item(int label, int index, String path) {}

  /**
   * Draws the sample into {@code directory}, replacing what an earlier call wrote there.
   *
   * @throws LongTailException with code DATA if the directory cannot be written
   */
  public static Summary write(String directory, Options options, Configuration conf) {
    Path root = FileSystems.path(directory);
    try {
      return new SyntheticSample(root, options, FileSystems.of(root, conf)).write();
    } catch (IOException | UncheckedIOException failed) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Could not write the sample to %s: %s. Choose a directory that can be written."
              .formatted(directory, failed.getMessage()),
          failed);
    }
  }

  private Summary write() throws IOException {
    ClassCounts train = trainCounts();
    String trainJson = writeSplit(Split.TRAIN, train);
    String testJson = writeSplit(Split.TEST, balanced(options.testPerClass()));
    if (options.metaPerClass() > 0) {
      writeSplit(Split.META, balanced(options.metaPerClass()));
    }
    return new Summary(
        trainJson,
        testJson,
        FileSystems.child(directory, "images").toString(),
        train,
        options.classes() * options.testPerClass());
  }

  private ClassCounts balanced(int perClass) {
    int[] counts = new int[options.classes()];
    Arrays.fill(counts, perClass);
    return ClassCounts.of(counts);
  }

  /** The exponential profile, dealt over the classes in random order. */
  private ClassCounts trainCounts() {
    ClassCounts falling =
        LongTailProfile.exponential(options.imbalanceFactor())
            .counts(options.largestClass(), options.classes());
    int[] classes = IntStream.range(0, options.classes()).toArray();
    RandomStreams.shuffle(classes, RandomStreams.of(options.seed(), CLASS_ORDER));
    int[] counts = new int[classes.length];
    for (int rank = 0; rank < counts.length; rank++) {
      counts[classes[rank]] = falling.count(rank);
    }
    return ClassCounts.of(counts);
  }

  private String writeSplit(Split split, ClassCounts counts) throws IOException {
    String name = split.name().toLowerCase(Locale.ROOT);
    List<Item> items = new ArrayList<>(counts.total());
    for (int label = 0; label < counts.classes(); label++) {
      String folder = String.format(Locale.ROOT, "%s/%02d", name, label);
      files.mkdirs(FileSystems.child(directory, "images/" + folder));
      for (int index = 0; index < counts.count(label); index++) {
        items.add(new Item(label, index, String.format(Locale.ROOT, "%s/%05d.jpg", folder, index)));
      }
    }
    items.parallelStream().forEach(item -> draw(split, item));
    Path json = FileSystems.child(directory, name + ".json");
    try (OutputStream output = files.create(json, true)) {
      annotate(items, output);
    }
    return json.toString();
  }

  private void draw(Split split, Item item) {
    SplittableRandom random =
        RandomStreams.of(options.seed(), split.stream, item.label(), item.index());
    RgbImage image =
        Scene.draw(figures.get(item.label()), options.imageSize(), options.difficulty(), random);
    Path path = FileSystems.child(directory, "images/" + item.path());
    try (OutputStream output = create(path)) {
      output.write(ImageCodec.jpeg(image, JPEG_QUALITY));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /**
   * Opens an image file. Hadoop's own stream starts a {@code chmod} process for every local file,
   * which takes longer than to draw it.
   */
  private OutputStream create(Path path) throws IOException {
    return files instanceof RawLocalFileSystem local
        ? Files.newOutputStream(local.pathToFile(path).toPath())
        : files.create(path, true);
  }

  private void annotate(List<Item> items, OutputStream output) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(output)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeArrayFieldStart("images");
      for (int id = 0; id < items.size(); id++) {
        json.writeStartObject();
        json.writeNumberField("id", id);
        json.writeStringField("file_name", items.get(id).path());
        json.writeNumberField("width", options.imageSize());
        json.writeNumberField("height", options.imageSize());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("annotations");
      for (int id = 0; id < items.size(); id++) {
        json.writeStartObject();
        json.writeNumberField("id", id);
        json.writeNumberField("image_id", id);
        json.writeNumberField("category_id", items.get(id).label());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("categories");
      for (int label = 0; label < names.size(); label++) {
        json.writeStartObject();
        json.writeNumberField("id", label);
        json.writeStringField("name", names.get(label));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }
}
