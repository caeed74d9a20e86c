package longtail.cli;

import java.io.PrintStream;
import longtail.dataset.Manifest;
import longtail.image.synth.SyntheticSample;
import longtail.shard.ShardedDataset;
import longtail.spark.prepare.PrepareJob;
import longtail.spark.prepare.PrepareOptions;
import longtail.spark.prepare.PrepareSource;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The embedded sample below a directory: drawn into {@code sample}, prepared in {@code data}.
 *
 * @param manifest file that describes it
 * @param directory what it lies below
 */
record EmbeddedSample(String manifest, String directory) {
  private static final int IMAGE_SIZE = 32;
  private static final long SEED = 7;
  private static final int META_PER_CLASS = 10;
  private static final int RAREST = 19;

  /** Prepared training set. */
  String training() {
    return data("train");
  }

  /** Prepared test set. */
  String test() {
    return data("test");
  }

  /** An image of the rarest class of the test set. */
  String picture() {
    return "%s/sample/images/test/%s/00000.jpg".formatted(directory, RAREST);
  }

  /** Draws the sample and prepares training and test set, each unless it is there already. */
  void prepare(JavaSparkContext spark, PrintStream progress) {
    draw(spark, SyntheticSample.Options.quickstart(SEED));
    prepare(spark, "train", training(), progress);
    prepare(spark, "test", test(), progress);
  }

  /**
   * The same images, and beside the training set a balanced meta set of {@value #META_PER_CLASS}
   * further images of each class, where methods look for it; each unless it is there already.
   */
  void prepareWithMeta(JavaSparkContext spark, PrintStream progress) {
    draw(spark, SyntheticSample.Options.quickstart(SEED).withMetaPerClass(META_PER_CLASS));
    prepare(spark, "meta", training() + "-meta", progress);
    prepare(spark, "train", training(), progress);
    prepare(spark, "test", test(), progress);
  }

  private void draw(JavaSparkContext spark, SyntheticSample.Options options) {
    SyntheticSample.write(directory + "/sample", options, spark.hadoopConfiguration());
  }

  private void prepare(JavaSparkContext spark, String split, String output, PrintStream progress) {
    if (ShardedDataset.exists(output, spark.hadoopConfiguration())) {
      progress.println("dataset     " + output + " was there already");
      return;
    }
    Manifest sample =
        Manifest.load(manifest, spark.hadoopConfiguration()).withRoot(directory + "/sample");
    progress.print(
        PrepareJob.run(
                spark,
                PrepareSource.of(sample, manifest, split),
                PrepareOptions.USUAL.withResize(IMAGE_SIZE),
                output,
                progress)
            .table());
  }

  private String data(String split) {
    return directory + "/data/" + split;
  }
}
