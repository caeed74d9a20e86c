package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.dataset.Normalization;
import longtail.dataset.Shots;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.nn.Network;
import longtail.shard.DatasetDescription;
import longtail.shard.DatasetPublisher;
import longtail.shard.ShardPlan;
import longtail.shard.ShardWriter;
import longtail.shard.ShardedDataset;
import longtail.spark.evaluate.EvaluateJob;
import longtail.spark.evaluate.EvaluateOptions;
import longtail.spark.evaluate.EvaluateResult;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A network of chance weights as the checkpoint of a run, and small sets of random images of three
 * classes to evaluate it on.
 */
public final class ToyEvaluation {
  public static final Configuration CONF = new Configuration();
  public static final int IMAGES = 29;
  public static final int SIZE = 8;
  public static final List<String> CLASSES = List.of("ball", "kite", "bear");

  private final Path directory;
  private final JavaSparkContext spark;
  private final ShardedDataset training;
  private final Checkpoint checkpoint;

  private ToyEvaluation(
      Path directory, JavaSparkContext spark, ShardedDataset training, Checkpoint checkpoint) {
    this.directory = directory;
    this.spark = spark;
    this.training = training;
    this.checkpoint = checkpoint;
  }

  /** The run "run" and the sets "training" and "test" in {@code directory}. */
  public static ToyEvaluation in(Path directory) throws IOException {
    ShardedDataset training = publish(directory, "training", CLASSES, IMAGES);
    publish(directory, "test", CLASSES, IMAGES);
    Experiment experiment =
        Experiment.parse(
            """
            name: toy
            model: {backbone: {type: resnet32, width: 4}, head: linear}
            data: {transforms: [{type: pad-crop, padding: 1}]}
            stages:
              - {name: only, epochs: 1, batch-size: 8}
            """,
            "test",
            List.of());
    try (Network network = experiment.network(training)) {
      TrainingState state = TrainingState.initial(FlatVector.copyOf(network.parameters()));
      Checkpoint checkpoint =
          Checkpoints.of(
                  directory.resolve("run/checkpoints").toString(), experiment.checkpoints(), CONF)
              .save(state, network, experiment, training, 1, Map.of());
      return new ToyEvaluation(directory, LocalSpark.shared(), training, checkpoint);
    }
  }

  public JavaSparkContext spark() {
    return spark;
  }

  public ShardedDataset training() {
    return training;
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }

  public Path path(String name) {
    return directory.resolve(name);
  }

  public String data(String name) {
    return data(directory, name);
  }

  public String output(String name) {
    return directory.resolve(name).toString();
  }

  /** An evaluation by the model's head. */
  public EvaluateResult evaluate(String model, String output, OptionalInt workers, int batch) {
    return EvaluateJob.run(
        spark,
        EvaluateOptions.of(directory.resolve(model).toString(), data("test"), output(output))
            .with()
            .batchSize(batch)
            .workers(workers)
            .options());
  }

  /** Image and probability of the prediction of each row of the table in {@code output}. */
  public List<String> probabilities(String output) throws IOException {
    return rows(
        output,
        row -> "%s %s".formatted(row.getString("image_id", 0), row.getDouble("probability", 0)));
  }

  /** Image, class, prediction and best classes of each row of the table in {@code output}. */
  public List<String> predictions(String output) throws IOException {
    return rows(output, ToyEvaluation::prediction);
  }

  private List<String> rows(String output, Function<Group, String> text) throws IOException {
    List<String> rows = new ArrayList<>();
    Path table = directory.resolve(output).resolve("predictions.parquet");
    try (var parts = Files.list(table)) {
      for (Path part : parts.sorted().toList()) {
        assertThat(part.getFileName().toString()).startsWith("part-").endsWith(".parquet");
        read(part, text, rows);
      }
    }
    return rows;
  }

  private static void read(Path part, Function<Group, String> text, List<String> rows)
      throws IOException {
    var path = new org.apache.hadoop.fs.Path(part.toString());
    try (ParquetReader<Group> reader =
        ParquetReader.builder(new GroupReadSupport(), path).build()) {
      for (Group row = reader.read(); row != null; row = reader.read()) {
        rows.add(text.apply(row));
      }
    }
  }

  private static String prediction(Group row) {
    Group top = row.getGroup("top5", 0);
    List<Integer> best =
        IntStream.range(0, top.getFieldRepetitionCount("list"))
            .mapToObj(i -> top.getGroup("list", i).getInteger("element", 0))
            .toList();
    assertThat(row.getDouble("probability", 0)).isBetween(1.0 / CLASSES.size(), 1.0);
    return "%s %d %d %s"
        .formatted(
            row.getString("image_id", 0),
            row.getInteger("label", 0),
            row.getInteger("prediction", 0),
            best);
  }

  private static String data(Path directory, String name) {
    return directory.resolve("data").resolve(name).toString();
  }

  /** Prepares a set of that many images, the classes by turns. */
  public ShardedDataset publish(String name, List<String> classes, int images) throws IOException {
    return publish(directory, name, classes, images);
  }

  /** Prepares the images {@code drawn}, the classes by turns. */
  public ShardedDataset publish(String name, List<RgbImage> drawn) throws IOException {
    return publish(directory, name, CLASSES, drawn);
  }

  private static ShardedDataset publish(
      Path directory, String name, List<String> classes, int images) throws IOException {
    List<RgbImage> drawn = IntStream.range(0, images).mapToObj(ToyEvaluation::image).toList();
    return publish(directory, name, classes, drawn);
  }

  private static ShardedDataset publish(
      Path directory, String name, List<String> classes, List<RgbImage> drawn) throws IOException {
    DatasetDescription description =
        new DatasetDescription(
            name,
            classes,
            Normalization.imagenet(),
            new Shots(40, 5),
            "drawn",
            name,
            2,
            42,
            Map.of());
    int[] labels = IntStream.range(0, drawn.size()).map(i -> i % classes.size()).toArray();
    ShardPlan plan = ShardPlan.of(labels, 2, 42);
    DatasetPublisher publisher = DatasetPublisher.begin(data(directory, name), description, CONF);
    for (int shard : publisher.missingShards(CONF)) {
      try (ShardWriter writer = publisher.shard(shard, CONF)) {
        for (int image : plan.positions(shard)) {
          RgbImage pixels = drawn.get(image);
          byte[] png = ImageCodec.png(pixels);
          writer.add("image-" + image, labels[image], "png", png, pixels.height(), pixels.width());
        }
        writer.finish();
      }
    }
    return publisher.publish(CONF);
  }

  private static RgbImage image(int seed) {
    SplittableRandom random = RandomStreams.of(9, seed);
    byte[] pixels = new byte[SIZE * SIZE * 3];
    random.nextBytes(pixels);
    return new RgbImage(SIZE, SIZE, pixels);
  }
}
