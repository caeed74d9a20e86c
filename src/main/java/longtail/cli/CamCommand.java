package longtail.cli;

import java.io.PrintStream;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import longtail.dataset.GenerationQuota;
import longtail.image.augment.object.ObjectBounds;
import longtail.spark.cam.CamJob;
import longtail.spark.cam.CamOptions;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cam}: a model and its training set to generated images for the tail. */
@Command(
    name = "cam",
    description =
        "Generates images for the tail of a training set from class activation maps: the part of an"
            + " image that speaks for its class is turned, shifted or mirrored before its"
            + " background. Train on them with data.generated and a sampler that draws the class"
            + " first. An interrupted run is continued by the same command.")
final class CamCommand implements Callable<Integer> {
  private final PrintStream out;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "PATH",
      description = "A training run, a checkpoint or a model zip.")
  String model;

  @Mixin CheckpointMixin checkpoint;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "The prepared training set.")
  String data;

  @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where to write.")
  String output;

  @Option(
      names = "--below",
      paramLabel = "N",
      description =
          "Only for classes with fewer than N images, at most N for each (default: all classes get"
              + " as many as the largest and the smallest have together).")
  Optional<Integer> below = Optional.empty();

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Seed of every draw (default ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--view",
      defaultValue = "test",
      description =
          "What the network sees: ${COMPLETION-CANDIDATES}; training is the published code's random"
              + " view, beside which its maps lie (default test).")
  CamOptions.View view;

  @Option(
      names = "--bounds",
      defaultValue = "last",
      description =
          "Which row and column ends an object: ${COMPLETION-CANDIDATES}; second is the published"
              + " code's slip (default last).")
  ObjectBounds.End bounds;

  @Option(
      names = "--batch",
      defaultValue = "" + CamOptions.USUAL_BATCH_SIZE,
      description = "Images of one forward pass (default ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Number of tasks (default: one per shard); it changes no image.")
  Optional<Integer> workers = Optional.empty();

  @Mixin SparkOptions spark;

  CamCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    CamOptions options =
        Arguments.checked(
            () ->
                new CamOptions(
                    model,
                    checkpoint.choice(),
                    data,
                    output,
                    below.map(GenerationQuota::below).orElseGet(GenerationQuota::levelling),
                    view,
                    bounds,
                    seed,
                    batch,
                    workers.map(OptionalInt::of).orElse(OptionalInt.empty())));
    try (JavaSparkContext context = spark.open("longtail cam")) {
      out.print(CamJob.run(context, options, out).table());
    }
    return 0;
  }
}
