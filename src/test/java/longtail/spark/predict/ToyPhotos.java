package longtail.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import longtail.RandomStreams;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.image.codec.Orientation;
import longtail.image.codec.PixelLimit;
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import longtail.spark.evaluate.OutputStore;
import longtail.spark.evaluate.PostHoc;
import longtail.spark.round.TrainJob;
import longtail.spark.round.TrainOptions;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.PreprocessingChoice;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.spark.api.java.JavaSparkContext;

/** A model that was trained for a moment, and JPEG files of its three colours to show it. */
final class ToyPhotos {
  static final Configuration CONF = new Configuration();
  static final List<String> COLOURS = List.of("red", "green", "blue");

  private final Path directory;
  private final JavaSparkContext spark;

  private ToyPhotos(Path directory, JavaSparkContext spark) {
    this.directory = directory;
    this.spark = spark;
  }

  /** The run "run" on the prepared set "train" in {@code directory}. */
  static ToyPhotos in(Path directory) throws IOException {
    ToyPhotos toy = new ToyPhotos(directory, LocalSpark.shared());
    ToyDataset.publish(toy.path("train"), 48, 1, CONF);
    TrainJob.run(
        toy.spark,
        new TrainOptions(
            ToyDataset.experiment(
                "stages=[{epochs: 8, batch-size: 8, optimizer: {type: sgd, lr: 0.1}}]"),
            toy.path("train"),
            Optional.empty(),
            toy.path("run"),
            OptionalInt.of(2),
            TrainOptions.Existing.REFUSE),
        Console.silent());
    return toy;
  }

  JavaSparkContext spark() {
    return spark;
  }

  String path(String name) {
    return directory.resolve(name).toString();
  }

  /** Writes a JPEG of a colour, 0 to 2, with noise by {@code seed}. */
  Path jpeg(String name, int colour, int height, int width, long seed) throws IOException {
    return write(name, ImageCodec.jpeg(photo(colour, height, width, seed), 0.95));
  }

  /** Writes a file and the folders above it. */
  Path write(String name, byte[] content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  /** A noisy image of one colour. */
  static RgbImage photo(int colour, int height, int width, long seed) {
    SplittableRandom random = RandomStreams.of(7, seed);
    byte[] pixels = new byte[height * width * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (random.nextInt(120) + (i % 3 == colour ? 100 : 0));
    }
    return new RgbImage(height, width, pixels);
  }

  /** Predictions of the run for {@code images} as they are usually made. */
  PredictOptions options(String images, String output, PredictionFormat format) {
    return options(images, output, format, OptionalInt.empty(), PostHoc.NOTHING, 0.1);
  }

  PredictOptions options(
      String images,
      String output,
      PredictionFormat format,
      OptionalInt workers,
      PostHoc postHoc,
      double threshold) {
    return new PredictOptions(
        path("run"),
        CheckpointChoice.LATEST,
        images,
        path(output),
        format,
        PredictOptions.USUAL_TOP,
        postHoc,
        threshold,
        OutputStore.NOTHING,
        PredictOptions.Page.NONE,
        Orientation.AS_STORED,
        PixelLimit.USUAL,
        PreprocessingChoice.AS_SAVED,
        PredictOptions.USUAL_BATCH_SIZE,
        workers);
  }

  PredictSummary predict(PredictOptions options) {
    return PredictJob.run(spark, options, Console.silent());
  }

  /** The rows of a CSV of predictions by path; cells by column. */
  Map<String, Map<String, String>> csv(String output) throws IOException {
    Map<String, Map<String, String>> rows = new TreeMap<>();
    List<String> lines = lines(output);
    List<String> columns = cells(lines.get(0));
    for (String line : lines.subList(1, lines.size())) {
      List<String> cells = cells(line);
      assertThat(cells).hasSameSizeAs(columns);
      rows.put(
          cells.get(0),
          IntStream.range(0, columns.size())
              .boxed()
              .collect(Collectors.toMap(columns::get, cells::get)));
    }
    return rows;
  }

  List<String> lines(String output) throws IOException {
    return Files.readAllLines(directory.resolve(output).resolve("predictions.csv"));
  }

  /** Cells of a line without line breaks in quotes. */
  static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    for (String cell : line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1)) {
      cells.add(cell.replaceAll("^\"|\"$", "").replace("\"\"", "\""));
    }
    return cells;
  }

  /** The rows of a Parquet directory of predictions, file by file. */
  List<Group> parquet(String output) throws IOException {
    assertThat(directory.resolve(output).resolve("predictions.parquet/_SUCCESS")).exists();
    return rows(output);
  }

  /** The same of any table of predictions. */
  List<Group> rows(String output) throws IOException {
    List<Group> rows = new ArrayList<>();
    Path table = directory.resolve(output).resolve("predictions.parquet");
    try (Stream<Path> files = Files.list(table)) {
      for (Path part : files.filter(f -> f.toString().endsWith(".parquet")).sorted().toList()) {
        var file = new org.apache.hadoop.fs.Path(part.toString());
        try (ParquetReader<Group> reader =
            ParquetReader.builder(new GroupReadSupport(), file).build()) {
          for (Group row = reader.read(); row != null; row = reader.read()) {
            rows.add(row);
          }
        }
      }
    }
    return rows;
  }
}
