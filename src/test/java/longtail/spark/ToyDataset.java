package longtail.spark;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.dataset.AnnotationFormat;
import longtail.dataset.ImageCollection;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.shard.DatasetDescription;
import longtail.shard.DatasetPublisher;
import longtail.shard.ShardPlan;
import longtail.shard.ShardWriter;
import longtail.shard.ShardedDataset;
import longtail.spark.prepare.PrepareSource;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A prepared dataset of noisy 8 x 8 images of three classes, each of another colour. */
public final class ToyDataset {
  private static final int SIZE = 8;
  private static final int SHARDS = 4;
  private static final List<String> CLASSES = List.of("red", "green", "blue");

  /** An experiment that takes a moment; 48 images make 6 steps of an epoch. */
  public static final String EXPERIMENT =
      """
      name: toy
      seed: 3
      data: {transforms: [{type: pad-crop, padding: 1}, {type: horizontal-flip}]}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
      stages:
        - {name: first, epochs: 2, batch-size: 8, optimizer: {type: sgd, lr: 0.05}}
        - {name: second, epochs: 1, batch-size: 8, optimizer: {type: sgd, lr: 0.01}}
      averaging: {every: 2}
      checkpoints: {every-steps: 4, keep: 3}
      """;

  /** Methods that learn from a meta set. */
  public enum Meta {
    METASAUG(
        "{type: metasaug, persist-covariance: true, lambda: 0.5, meta: {batch-size: 6}}",
        "{type: ldam, scale: 1}"),
    LOCAL_METASAUG(
        "{type: metasaug, statistics: local, persist-covariance: true, lambda: 0.5, meta:"
            + " {batch-size: 6}}",
        "{type: ldam, scale: 1}"),
    BALANCED_META_SOFTMAX(
        "{type: balanced-meta-softmax, meta-source: meta, meta-batch-size: 6, lag: 1}",
        "balanced-softmax");

    private final String method;
    private final String loss;

    Meta(String method, String loss) {
      this.method = method;
      this.loss = loss;
    }

    /** Three rounds of an epoch, after a stage of supervised learning, on float32. */
    public String yaml() {
      return """
      name: meta
      seed: 3
      data: {transforms: [{type: pad-crop, padding: 1}, {type: horizontal-flip}]}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
      stages:
        - {name: first, epochs: 1, batch-size: 8, optimizer: {type: sgd, lr: 0.05}}
        - name: second
          epochs: 3
          batch-size: 8
          method: %s
          loss: %s
          optimizer: {type: sgd, lr: 0.05, momentum: 0.9}
      averaging: {every: 2}
      evaluation: {meta-every-rounds: 2}
      checkpoints: {every-steps: 4, keep: 3}
      """
          .formatted(method, loss);
    }

    /** The experiment with {@code overrides}. */
    public Experiment experiment(String... overrides) {
      return Experiment.parse(yaml(), "meta", List.of(overrides));
    }
  }

  private ToyDataset() {}

  /** {@link #EXPERIMENT} with {@code overrides}. */
  public static Experiment experiment(String... overrides) {
    return Experiment.parse(EXPERIMENT, "toy", List.of(overrides));
  }

  /** Publishes {@code images} images, every class half as frequent as the one before. */
  public static ShardedDataset publish(String directory, int images, long seed, Configuration conf)
      throws IOException {
    return publish(
        directory, IntStream.range(0, images).map(ToyDataset::label).toArray(), seed, conf);
  }

  /** Publishes {@code images} images, as many of each class. */
  public static ShardedDataset publishBalanced(
      String directory, int images, long seed, Configuration conf) throws IOException {
    return publish(directory, IntStream.range(0, images).map(i -> i % 3).toArray(), seed, conf);
  }

  /**
   * Publishes the images of {@link #publish(String, int, long, Configuration)} with their classes
   * in another order or among others; a class that is not there is called by the last name.
   */
  static ShardedDataset publish(
      String directory, List<String> classes, int images, long seed, Configuration conf)
      throws IOException {
    return publish(
        directory,
        IntStream.range(0, images).map(ToyDataset::label).toArray(),
        classes,
        seed,
        conf);
  }

  private static ShardedDataset publish(
      String directory, int[] labels, long seed, Configuration conf) throws IOException {
    return publish(directory, labels, CLASSES, seed, conf);
  }

  private static ShardedDataset publish(
      String directory, int[] colours, List<String> classes, long seed, Configuration conf)
      throws IOException {
    int[] labels =
        Arrays.stream(colours)
            .map(colour -> classes.indexOf(CLASSES.get(colour)))
            .map(label -> label < 0 ? classes.size() - 1 : label)
            .toArray();
    DatasetPublisher publisher =
        DatasetPublisher.begin(
            directory,
            new DatasetDescription(
                "toy",
                classes,
                new Normalization(new double[] {.5, .5, .5}, new double[] {.25, .25, .25}),
                new Shots(20, 10),
                "toy",
                "seed " + seed,
                SHARDS,
                seed,
                Map.of()),
            conf);
    ShardPlan plan = ShardPlan.of(labels, SHARDS, seed);
    for (int shard = 0; shard < SHARDS; shard++) {
      try (ShardWriter writer = publisher.shard(shard, conf)) {
        for (int image : plan.positions(shard)) {
          byte[] png = ImageCodec.png(draw(colours[image], RandomStreams.of(seed, image)));
          writer.add("image-" + image, labels[image], "png", png, SIZE, SIZE);
        }
        writer.finish();
      }
    }
    return publisher.publish(conf);
  }

  /** Writes the same images as files with annotations, to be prepared. */
  static PrepareSource collect(String directory, int images, long seed, Configuration conf)
      throws IOException {
    FileSystem files = new Path(directory).getFileSystem(conf);
    List<String> annotations = new ArrayList<>();
    for (int image = 0; image < images; image++) {
      String name = "image-%d.png".formatted(image);
      write(
          files,
          new Path(directory, name),
          ImageCodec.png(draw(label(image), RandomStreams.of(seed, image))));
      annotations.add(
          "{\"image_id\": %d, \"fpath\": \"%s\", \"category_id\": %d, \"im_height\": 8, \"im_width\": 8}"
              .formatted(image, name, label(image)));
    }
    Path json = new Path(directory, "annotations.json");
    String text =
        "{\"annotations\": [%s], \"num_classes\": 3}".formatted(String.join(",\n", annotations));
    write(files, json, text.getBytes(StandardCharsets.UTF_8));
    return PrepareSource.of(
        ImageCollection.of(AnnotationFormat.LONGTAIL, json.toString(), directory, "train"));
  }

  private static void write(FileSystem files, Path file, byte[] bytes) throws IOException {
    try (OutputStream out = files.create(file)) {
      out.write(bytes);
    }
  }

  private static int label(int image) {
    return image % 7 < 4 ? 0 : image % 7 < 6 ? 1 : 2;
  }

  private static RgbImage draw(int label, SplittableRandom random) {
    byte[] pixels = new byte[SIZE * SIZE * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (random.nextInt(120) + (i % 3 == label ? 100 : 0));
    }
    return new RgbImage(SIZE, SIZE, pixels);
  }
}
