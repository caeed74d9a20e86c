package longtail.spark.inspect;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.ImageContent;
import longtail.dataset.Shots;
import longtail.dataset.format.CollectionImages;
import longtail.dataset.format.TableImages;
import longtail.shard.Samples;
import longtail.shard.ShardReader;
import longtail.shard.ShardedDataset;
import longtail.spark.prepare.PrepareSource;
import org.apache.hadoop.conf.Configuration;

/**
 * A split to inspect: where its images are, and what its annotations say of them.
 *
 * @param name such as {@code train}
 * @param classNames one per class
 * @param shots thresholds of many, medium and few
 * @param paths of the images, or their identifiers in a prepared dataset
 * @param labels their classes
 * @param notes on the annotations
 * @param parts the images in parts that a task looks at; together all, in their order
 */
public record InspectedSet(
    String name,
    List<String> classNames,
    Shots shots,
    List<String> paths,
    List<Integer> labels,
    List<String> notes,
    List<Part> parts) {
  private static final int IMAGES_PER_PART = 512;

  /** Images that one task looks at. */
  public sealed interface Part extends Serializable {
    /** Number of images. */
    int size();

    /** The facts of the images in their order; {@code seen} runs after each. */
    List<ImageFacts> facts(Configuration conf, Runnable seen) throws IOException;
  }

  /** The prepared dataset {@code directory}. */
  static InspectedSet prepared(String directory, Configuration conf) {
    ShardedDataset dataset = ShardedDataset.open(directory, conf);
    Samples samples = dataset.samples();
    List<Part> parts = new ArrayList<>();
    for (int shard = 0; shard < dataset.shards(); shard++) {
      parts.add(new ShardPart(dataset.directory(), shard, samples.rowsOf(shard).length));
    }
    return new InspectedSet(
        directory,
        dataset.classNames(),
        dataset.shots(),
        IntStream.range(0, samples.size()).mapToObj(samples::imageId).toList(),
        Arrays.stream(samples.labels()).boxed().toList(),
        List.of(),
        parts);
  }

  /**
   * The images of {@code source}, without those that a long tail leaves out.
   *
   * @throws LongTailException (USAGE) if they lie in Parquet tables
   */
  static InspectedSet of(PrepareSource source, Configuration conf) {
    if (TableImages.hold(source.collection(), conf)) {
      throw new LongTailException(
          ErrorCode.USAGE,
          "inspecting %s: its images lie in the tables themselves; prepare it first, and inspect what came of it with --data"
              .formatted(source.origin()));
    }
    PrepareSource.Selected selected = source.select(conf);
    List<Annotation> images = selected.images().annotations();
    List<Part> parts = new ArrayList<>();
    for (int from = 0; from < images.size(); from += IMAGES_PER_PART) {
      parts.add(
          new FilePart(
              source.collection(),
              images.subList(from, Math.min(images.size(), from + IMAGES_PER_PART))));
    }
    return new InspectedSet(
        source.split(),
        selected.images().classNames(),
        source.shots(),
        images.stream().map(Annotation::path).toList(),
        images.stream().map(Annotation::label).toList(),
        selected.differences(),
        parts);
  }

  /** The images of one shard of a prepared dataset. */
  public record ShardPart(String directory, int shard, int size) implements Part {
    @Override
    public List<ImageFacts> facts(Configuration conf, Runnable seen) throws IOException {
      ShardedDataset dataset = ShardedDataset.open(directory, conf);
      List<ImageFacts> facts = new ArrayList<>();
      try (ShardReader reader = new ShardReader(dataset, conf, 0)) {
        for (int row : dataset.samples().rowsOf(shard)) {
          facts.add(attempted(() -> new ImageContent.Encoded(reader.read(row))));
          seen.run();
        }
      }
      return facts;
    }
  }

  /** Images of a collection. */
  public record FilePart(ImageCollection collection, List<Annotation> images) implements Part {
    /** Keeps an unmodifiable copy. */
    public FilePart {
      images = List.copyOf(images);
    }

    @Override
    public int size() {
      return images.size();
    }

    @Override
    public List<ImageFacts> facts(Configuration conf, Runnable seen) throws IOException {
      List<ImageFacts> facts = new ArrayList<>();
      try (CollectionImages source = CollectionImages.open(collection, conf)) {
        for (Annotation image : images) {
          facts.add(attempted(() -> source.read(image)));
          seen.run();
        }
      }
      return facts;
    }
  }

  private interface Image {
    ImageContent read() throws IOException;
  }

  /** The facts, or the reason why there are none: no image ends the job. */
  private static ImageFacts attempted(Image image) {
    try {
      return ImageFacts.of(image.read());
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      return ImageFacts.unreadable(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }
}
