package longtail.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import longtail.spark.evaluate.OutputStore;
import longtail.spark.evaluate.PostHoc;
import longtail.spark.predict.PredictJob;
import longtail.spark.predict.PredictOptions;
import longtail.spark.predict.PredictionFormat;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code predict}: a model and images without labels to predictions. */
@Command(
    name = "predict",
    description =
        "Says what a model sees on images without labels, as a Spark job: a row for each image with"
            + " its best classes, or the reason why it cannot be read. An interrupted run is"
            + " continued by the same command. All paths are of any Hadoop file system.")
final class PredictCommand implements Callable<Integer> {
  private final PrintStream out;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR_OR_ZIP",
      description =
          "A checkpoint, the output directory of a training run (its latest checkpoint, or see"
              + " --checkpoint), or a model zip.")
  String model;

  @Mixin CheckpointMixin checkpoint;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "PATH",
      description =
          "A folder with all that is below it, an image, a pattern in quotes, a list file (a path"
              + " in each line, relative to the list), a tar file or Parquet table or a folder of"
              + " these, or a prepared dataset.")
  String images;

  @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where to write.")
  String output;

  @Option(
      names = "--format",
      defaultValue = "parquet",
      description = "${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  PredictionFormat format;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "" + PredictOptions.USUAL_TOP,
      description = "How many classes are said of each image (default ${DEFAULT-VALUE}).")
  int top;

  @Option(
      names = "--tau",
      paramLabel = "T",
      description = "Predicts with the classifier's rows divided by this power of their norm.")
  Optional<Double> tau = Optional.empty();

  @Option(
      names = "--logit-adjust",
      paramLabel = "T",
      defaultValue = "0",
      description =
          "Takes T times the log prior of the training set off the logits (default"
              + " ${DEFAULT-VALUE}).")
  double logitAdjust;

  @Option(
      names = "--threshold",
      paramLabel = "P",
      defaultValue = "0.1",
      description =
          "Softmax probability below which an answer is rejected (default ${DEFAULT-VALUE}).")
  double threshold;

  @Option(
      names = "--store",
      paramLabel = "DIR",
      description =
          "Also writes what the network says of every image, by its path, to DIR/logits.parquet and"
              + " DIR/features.parquet, from the same pass.")
  Optional<String> store = Optional.empty();

  @Option(
      names = "--page",
      description =
          "Also draws a contact sheet: the least certain images of each predicted class, with what"
              + " speaks for the class.")
  boolean page;

  @Mixin DecodingMixin decoding;

  @Mixin PreprocessingMixin preprocessing;

  @Option(
      names = "--batch",
      defaultValue = "" + PredictOptions.USUAL_BATCH_SIZE,
      description = "Images of one forward pass (default ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Number of tasks (default: one per core); it changes no prediction.")
  Optional<Integer> workers = Optional.empty();

  @Mixin SparkOptions spark;

  PredictCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    PredictOptions options =
        Arguments.checked(
            () ->
                new PredictOptions(
                    model,
                    checkpoint.choice(),
                    images,
                    output,
                    format,
                    top,
                    new PostHoc(tau.map(List::of).orElse(List.of()), logitAdjust),
                    threshold,
                    store.map(OutputStore::all).orElse(OutputStore.NOTHING),
                    page ? PredictOptions.Page.CONTACT_SHEET : PredictOptions.Page.NONE,
                    decoding.orientation(),
                    decoding.limit(),
                    preprocessing.choice(),
                    batch,
                    workers.map(OptionalInt::of).orElse(OptionalInt.empty())));
    try (JavaSparkContext context = spark.open("longtail predict")) {
      out.print(PredictJob.run(context, options, out).table());
    }
    return 0;
  }
}
