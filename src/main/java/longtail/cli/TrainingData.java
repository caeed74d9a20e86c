package longtail.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.Manifest;
import longtail.spark.prepare.PrepareJob;
import longtail.spark.prepare.PrepareOptions;
import longtail.spark.prepare.PrepareSource;
import longtail.storage.FileSystems;
import longtail.train.experiment.DataPlan;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The prepared datasets of a training run.
 *
 * @param plan what the experiment says
 * @param training directory of the training set; prepared from the manifest if it is not there
 * @param validation directory of the validation set
 * @param made whether the training set is to be prepared from the manifest
 */
record TrainingData(DataPlan plan, String training, Optional<String> validation, boolean made) {
  /** What the command line says, else what the experiment says. */
  static TrainingData of(
      Experiment experiment, Optional<String> data, Optional<String> validation, String output) {
    DataPlan plan = experiment.data();
    Optional<String> directory = data.or(plan::dir);
    if (directory.isEmpty() && plan.manifest().isEmpty()) {
      throw new LongTailException(
          ErrorCode.USAGE,
          "no training set is named: add --data DIR, or data.dir or data.manifest to the experiment"
              + " file");
    }
    return new TrainingData(
        plan, directory.orElse(output + "/data/train"), validation, directory.isEmpty());
  }

  /** The same with the training set prepared. */
  TrainingData prepared(JavaSparkContext spark, PrintStream progress) {
    if (made && !exists(spark.hadoopConfiguration())) {
      progress.print(
          PrepareJob.run(
                  spark,
                  source(spark.hadoopConfiguration()),
                  PrepareOptions.USUAL,
                  training,
                  progress)
              .table());
    }
    return this;
  }

  private PrepareSource source(Configuration conf) {
    String file = plan.manifest().orElseThrow();
    PrepareSource source = PrepareSource.of(Manifest.load(file, conf), file, "train");
    if (plan.imbalanceFactor().isPresent()) {
      source = source.withImbalanceFactor(plan.imbalanceFactor().get());
    }
    source = plan.metaPerClass().map(source::withMetaPerClass).orElse(source);
    source = plan.shots().map(source::withShots).orElse(source);
    source = plan.subset().map(source::withSubset).orElse(source);
    return plan.metaSubset().map(source::withMetaSubset).orElse(source);
  }

  private boolean exists(Configuration conf) {
    Path index = FileSystems.child(training, "index.json");
    try {
      return FileSystems.of(index, conf).exists(index);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "cannot look for a dataset in " + training + ": " + e.getMessage(), e);
    }
  }
}
