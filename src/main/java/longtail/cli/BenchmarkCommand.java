package longtail.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import longtail.config.Yaml;
import longtail.nn.Backbone;
import longtail.train.Benchmark;
import longtail.train.Model;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code benchmark}: how fast the engine is on this machine, as one JSON line. */
@Command(
    name = "benchmark",
    description =
        "Measures training or inference over one resident batch of random images on this machine"
            + " and prints one JSON line: images_per_second, cpu_images_per_second (by processor"
            + " time, steady on a busy machine), milliseconds_per_step, peak_megabytes and what was"
            + " measured.")
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
      description = "Images of one step (default ${DEFAULT-VALUE}).")
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
      names = "--steps",
      defaultValue = "20",
      description = "Measured steps (default ${DEFAULT-VALUE}).")
  int steps;

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

  BenchmarkCommand(PrintStream out) {
    this.out = out;
  }

  /** The part of an experiment file that names a backbone. */
  record Choice(Backbone backbone) {}

  @Override
  public Integer call() {
    Backbone network =
        Yaml.read("backbone: " + backbone, "--backbone " + backbone, Choice.class).backbone();
    Benchmark.Options options =
        Arguments.checked(
            () ->
                new Benchmark.Options(
                    network, size, batch, precision, threads, workers, mode, steps));
    if (profile) {
      out.print(Benchmark.profile(options).table());
    } else {
      out.println(Benchmark.run(options).json());
    }
    return 0;
  }
}
