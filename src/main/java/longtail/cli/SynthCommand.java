package longtail.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import longtail.Quantity;
import longtail.image.synth.Difficulty;
import longtail.image.synth.SyntheticSample;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code synth}: draws the embedded long-tailed sample. */
@Command(
    name = "synth",
    description =
        "Draws a seeded, long-tailed set of JPEG images with iNaturalist-style annotations:"
            + " train.json, test.json and images/ in the output directory.")
final class SynthCommand implements Callable<Integer> {
  private final PrintStream out;

  @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where to write.")
  String output;

  @Option(names = "--seed", defaultValue = "7", description = "Seed (default ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--classes",
      defaultValue = "20",
      description = "Number of classes (default ${DEFAULT-VALUE}).")
  int classes;

  @Option(
      names = "--largest-class",
      defaultValue = "500",
      description = "Training images of the largest class (default ${DEFAULT-VALUE}).")
  int largestClass;

  @Option(
      names = "--imbalance-factor",
      defaultValue = "100",
      description = "Largest over smallest class (default ${DEFAULT-VALUE}).")
  double imbalanceFactor;

  @Option(
      names = "--test-per-class",
      defaultValue = "60",
      description = "Test images of every class (default ${DEFAULT-VALUE}).")
  int testPerClass;

  @Option(
      names = "--meta-per-class",
      defaultValue = "0",
      description =
          "Images of each class in a balanced meta set, meta.json (default ${DEFAULT-VALUE}).")
  int metaPerClass;

  @Option(
      names = "--image-size",
      defaultValue = "64",
      description = "Height and width in pixels (default ${DEFAULT-VALUE}).")
  int imageSize;

  SynthCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    SyntheticSample.Options options =
        Arguments.checked(
            () ->
                new SyntheticSample.Options(
                    seed,
                    classes,
                    largestClass,
                    imbalanceFactor,
                    testPerClass,
                    metaPerClass,
                    imageSize,
                    Difficulty.QUICKSTART));
    SyntheticSample.Summary sample = SyntheticSample.write(output, options, new Configuration());
    out.printf(
        "Drew %s (%s, %d to %d images) and %s to %s%n",
        Quantity.grouped(sample.trainCounts().total(), "training image"),
        Quantity.of(sample.trainCounts().classes(), "class"),
        sample.trainCounts().max(),
        sample.trainCounts().min(),
        Quantity.grouped(sample.testImages(), "test image"),
        output);
    return 0;
  }
}
