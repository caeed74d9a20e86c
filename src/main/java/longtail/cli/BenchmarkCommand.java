package longtail.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import longtail.bench.AugmentBenchmark;
import longtail.bench.Benchmark;
import longtail.bench.ClusterBenchmark;
import longtail.config.Yaml;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.nn.Recomputation;
import longtail.nn.backbone.Backbone;
import longtail.train.experiment.Averaging;
import longtail.train.experiment.Model;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code benchmark}: how fast the engine is on this machine, as one JSON line. */
@Command(
    name = "benchmark",
    description =
        "Measures training or inference over one resident batch of random images on this machine"
            + " and prints one JSON line: images_per_second, cpu_images_per_second (by processor"
            + " time, steady on a busy machine), milliseconds_per_step, peak_megabytes and what was"
            + " measured. With --cluster it trains through Spark.")
final class BenchmarkCommand implements Callable<Integer> {
  private final PrintStream out;

  @Option(
      names = "--backbone",
      defaultValue = "resnet32",
      description = "The network, named as in an experiment file (default ${DEFAULT-VALUE}).")
  String backbone;

  @Option(
      names = "--size",
      defaultValue = "32",
      description = "Height and width of the images (default ${DEFAULT-VALUE}).")
  int size;

  @Option(
      names = "--batch",
      defaultValue = "128",
      description =
          "Images of one step, with --cluster over all workers (default ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--precision",
      defaultValue = "float32",
      description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  Model.Precision precision;

  @Option(
      names = "--recompute",
      defaultValue = "none",
      description =
          "Which feature maps a training step computes again, as model.recompute of an experiment"
              + " file: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  Recomputation recompute;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description = "Threads of the network (default ${DEFAULT-VALUE}).")
  int threads;

  @Option(
      names = "--mode",
      defaultValue = "train",
      description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  Benchmark.Work mode;

  @Option(
      names = "--gradient",
      defaultValue = "exact",
      description =
          "How mode metasaug finds the gradient of the covariances, named as meta.gradient in an"
              + " experiment file (default ${DEFAULT-VALUE}).")
  String gradient;

  @Option(names = "--steps", description = "Measured steps (default 20).")
  Optional<Integer> steps = Optional.empty();

  @Option(
      names = "--workers",
      description =
          "Networks that train side by side and average their parameters after --steps steps"
              + " (default 1).")
  Optional<Integer> workers = Optional.empty();

  @Option(
      names = "--profile",
      description =
          "Prints a table of where the time of a step goes instead, by processor time; with"
              + " several threads by the clock.")
  boolean profile;

  @Option(
      names = "--cluster",
      description =
          "Trains through Spark instead, images, averaging and driver included, and prints a table:"
              + " images/s, the part of what as many workers reach without Spark, measured by turns,"
              + " and what a step and an averaging spend. --batch counts the images of all workers,"
              + " --steps the least of one measurement (default 40); 2 workers on local[2] unless"
              + " said otherwise.")
  boolean cluster;

  @Option(
      names = "--every",
      paramLabel = "K",
      split = ",",
      description =
          "Steps between two averagings with --cluster, one or several (default: 20, 4 and 1, and"
              + " steps taken together).")
  List<Integer> every = List.of();

  @Option(
      names = "--scope",
      defaultValue = "round",
      description = "${COMPLETION-CANDIDATES} with --every (default ${DEFAULT-VALUE}).")
  Averaging.Scope scope;

  @Option(
      names = "--repeats",
      defaultValue = "3",
      paramLabel = "N",
      description = "Measurements of each setting of --cluster (default ${DEFAULT-VALUE}).")
  int repeats;

  @Option(
      names = "--json",
      description = "With --cluster prints a line of JSON for each setting instead of the table.")
  boolean json;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Where --cluster writes its random images; all executors must see it (default: a"
              + " temporary directory).")
  Optional<String> directory = Optional.empty();

  @Option(
      names = "--augment",
      paramLabel = "DIR",
      description =
          "Measures instead how fast one thread decodes the JPEG files below a directory and makes"
              + " training images of 224 pixels of them; --steps counts passes over the files (default 20).")
  Optional<Path> augment = Optional.empty();

  @Mixin SparkOptions spark;

  BenchmarkCommand(PrintStream out) {
    this.out = out;
  }

  /** The part of an experiment file that names a backbone. */
  record Choice(Backbone backbone) {}

  /** The part of an experiment file that names a gradient. */
  record MetaChoice(Gradient gradient) {}

  @Override
  public Integer call() throws IOException {
    if (augment.isPresent()) {
      Path images = augment.get();
      out.println(Arguments.checked(() -> AugmentBenchmark.run(images, steps.orElse(20))).json());
      return 0;
    }
    Backbone network =
        Yaml.read("backbone: " + backbone, "--backbone " + backbone, Choice.class).backbone();
    Gradient form =
        Yaml.read("gradient: " + gradient, "--gradient " + gradient, MetaChoice.class).gradient();
    int count = workers.orElse(cluster ? 2 : 1);
    Benchmark.Options options =
        Arguments.checked(
            () ->
                new Benchmark.Options(
                    network,
                    size,
                    cluster ? Math.max(1, batch / count) : batch,
                    precision,
                    recompute,
                    threads,
                    count,
                    mode,
                    steps.orElse(cluster ? 40 : 20),
                    form));
    if (cluster) {
      measureCluster(options);
      return 0;
    }
    if (profile) {
      out.print(Benchmark.profile(options).table());
    } else {
      out.println(Benchmark.run(options).json());
    }
    return 0;
  }

  private void measureCluster(Benchmark.Options alone) throws IOException {
    if (directory.isPresent()) {
      measureCluster(alone, directory.get());
      return;
    }
    Path images = Files.createTempDirectory("longtail-benchmark");
    try {
      measureCluster(alone, images.toString());
    } finally {
      Files.deleteIfExists(images);
    }
  }

  private void measureCluster(Benchmark.Options alone, String images) {
    List<ClusterBenchmark.Setting> settings =
        every.isEmpty()
            ? List.of(
                new ClusterBenchmark.Setting(20, Averaging.Scope.ROUND),
                new ClusterBenchmark.Setting(4, Averaging.Scope.ROUND),
                new ClusterBenchmark.Setting(1, Averaging.Scope.ROUND),
                new ClusterBenchmark.Setting(20, Averaging.Scope.STEP))
            : every.stream().map(k -> new ClusterBenchmark.Setting(k, scope)).toList();
    ClusterBenchmark.Options options =
        Arguments.checked(
            () ->
                new ClusterBenchmark.Options(
                    backbone, alone, settings, alone.steps(), repeats, images));
    String master = "local[%s]".formatted(alone.workers());
    try (JavaSparkContext context = spark.open("longtail benchmark", master)) {
      List<ClusterBenchmark.Figures> figures = ClusterBenchmark.run(context, options, System.err);
      if (json) {
        figures.forEach(line -> out.println(line.json()));
      } else {
        out.print(ClusterBenchmark.table(figures));
      }
    }
  }
}
