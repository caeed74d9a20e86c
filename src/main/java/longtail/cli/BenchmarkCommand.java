package longtail.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import longtail.config.Yaml;
import longtail.method.CovarianceLearning.Gradient;
import longtail.nn.Backbone;
import longtail.spark.RoundBenchmark;
import longtail.spark.RoundFigures;
import longtail.spark.RoundSetting;
import longtail.train.AugmentBenchmark;
import longtail.train.Benchmark;
import longtail.train.Model;
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
            + " measured. With --rounds it measures rounds of MetaSAug on Spark instead.")
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
          "Images of one step, with --rounds over all workers (default ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--precision",
      defaultValue = "float32",
      description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  Model.Precision precision;

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

  @Option(
      names = "--steps",
      description = "Measured steps (default 20), with --rounds those of one round (default 2).")
  Optional<Integer> steps = Optional.empty();

  @Option(
      names = "--workers",
      defaultValue = "1",
      description =
          "Networks that train side by side and average their parameters after --steps steps"
              + " (default ${DEFAULT-VALUE}).")
  int workers;

  @Option(
      names = "--profile",
      description =
          "Prints a table of where the time of a step goes instead, by processor time; with"
              + " several threads by the clock.")
  boolean profile;

  @Option(
      names = "--rounds",
      arity = "0..1",
      fallbackValue = "3",
      paramLabel = "N",
      description =
          "Measures N rounds (default ${FALLBACK-VALUE}) of MetaSAug for ResNet-32 with 100 classes"
              + " and ResNet-50 with 8142: milliseconds and bytes of each phase as a table and a"
              + " JSON line. Reads --steps, --batch, --master and --directory; the master is"
              + " local[2] if none is named.")
  Optional<Integer> rounds = Optional.empty();

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Where --rounds writes its random images; all executors must see it (default: a"
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
    if (rounds.isPresent()) {
      measureRounds();
      return 0;
    }
    if (augment.isPresent()) {
      Path images = augment.get();
      out.println(Arguments.checked(() -> AugmentBenchmark.run(images, steps.orElse(20))).json());
      return 0;
    }
    Backbone network =
        Yaml.read("backbone: " + backbone, "--backbone " + backbone, Choice.class).backbone();
    Gradient form =
        Yaml.read("gradient: " + gradient, "--gradient " + gradient, MetaChoice.class).gradient();
    Benchmark.Options options =
        Arguments.checked(
            () ->
                new Benchmark.Options(
                    network,
                    size,
                    batch,
                    precision,
                    threads,
                    workers,
                    mode,
                    steps.orElse(20),
                    form));
    if (profile) {
      out.print(Benchmark.profile(options).table());
    } else {
      out.println(Benchmark.run(options).json());
    }
    return 0;
  }

  private void measureRounds() throws IOException {
    if (directory.isPresent()) {
      measureRounds(directory.get());
      return;
    }
    Path images = Files.createTempDirectory("longtail-rounds");
    try {
      measureRounds(images.toString());
    } finally {
      Files.deleteIfExists(images);
    }
  }

  private void measureRounds(String images) {
    RoundBenchmark.Options options =
        Arguments.checked(
            () -> new RoundBenchmark.Options(images, batch, steps.orElse(2), rounds.get()));
    try (JavaSparkContext context = spark.open("longtail benchmark", "local[2]")) {
      for (RoundSetting setting : RoundSetting.USUAL) {
        RoundFigures figures = RoundBenchmark.run(context, setting, options);
        out.print(figures.table());
        out.println(figures.json());
      }
    }
  }
}
