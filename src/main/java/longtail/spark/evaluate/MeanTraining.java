package longtail.spark.evaluate;

import java.io.ByteArrayInputStream;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.eval.NearestClassMean;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.spark.job.RunLog;
import longtail.storage.FileSystems;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/** The training set whose class means classify the images of an evaluation. */
record MeanTraining(NearestMeanOptions options, String directory) {

  /**
   * The training set that is given, or else the one that the run of the model's checkpoint names.
   *
   * @throws LongTailException (CONFIG) if there is none, or it is not the one that the model was
   *     trained on, although nobody asked for another
   */
  static MeanTraining of(NearestMeanOptions options, SavedModel model, Configuration conf) {
    return new MeanTraining(options, options.training().orElseGet(() -> ofRun(model, conf)));
  }

  private static String ofRun(SavedModel model, Configuration conf) {
    Checkpoint checkpoint =
        model.checkpoint().orElseThrow(() -> unknown(model.zip() + " is no checkpoint of a run"));
    Path run = FileSystems.path(checkpoint.directory()).getParent().getParent();
    String directory =
        RunLog.trainingSet(run, conf)
            .orElseThrow(() -> unknown("the run %s does not name one".formatted(run)));
    if (!ShardedDataset.exists(directory, conf)) {
      throw unknown("that of the run %s is no more at %s".formatted(run, directory));
    }
    String now = ShardedDataset.open(directory, conf).fingerprint();
    if (!now.equals(checkpoint.manifest().data().fingerprint())) {
      throw unknown("%s has changed since %s was trained on it".formatted(directory, run));
    }
    return directory;
  }

  private static LongTailException unknown(String why) {
    return new LongTailException(
        ErrorCode.CONFIG,
        "nearest-class-mean needs the training set of the model, and %s: give --means-from DIR"
            .formatted(why));
  }

  /**
   * The classifier of the means of {@code model}'s features, seen as {@code view} says.
   *
   * @param classNames classes of the model
   */
  MeanClassifier fit(
      JavaSparkContext spark,
      byte[] model,
      Scorer.View view,
      List<String> classNames,
      int workers) {
    Configuration conf = spark.hadoopConfiguration();
    ShardedDataset dataset =
        ShardedDataset.open(directory, conf).underClasses(classNames, "the model");
    Broadcast<byte[]> zip = spark.broadcast(model);
    SerializableConfiguration hadoop = new SerializableConfiguration(conf);
    String from = directory;
    ClassMeans.Source features =
        (part, parts) -> {
          Scorer scorer =
              new Scorer(
                  ShardedDataset.open(from, hadoop.value()).underClasses(classNames, "the model"),
                  view,
                  0,
                  hadoop.value());
          Network network = Network.load(new ByteArrayInputStream(zip.value()));
          TaskContext.get()
              .addTaskCompletionListener(
                  ended -> {
                    scorer.close();
                    network.close();
                  });
          return ClassMeans.labelled(scorer, network, part, parts);
        };
    try {
      NearestClassMean means =
          ClassMeans.of(
              spark,
              features,
              options.mode(),
              dataset.counts().classes(),
              Math.min(workers, dataset.samples().size()));
      return new MeanClassifier(means, options.similarity());
    } finally {
      zip.destroy();
    }
  }

  /** What reports say of it. */
  String description() {
    return options.description(directory);
  }
}
