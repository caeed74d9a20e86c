package longtail.spark;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.eval.LogitCorrection;
import longtail.eval.Predictions;
import longtail.nn.Network;
import longtail.shard.NetworkOutput;
import longtail.shard.Samples;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;

/** Scores a model zip on a part of a dataset and writes each prediction to a table. */
final class ShareEvaluator implements AutoCloseable {
  private final Task task;
  private final Scorer scorer;
  private final List<LogitCorrection> corrections;
  private final Optional<MeanClassifier> classifier;

  /**
   * What a task is told.
   *
   * @param data directory of the dataset
   * @param output directory of the predictions
   * @param store what is kept of the outputs
   * @param view how the network sees an image
   * @param shares number of parts
   * @param postHoc what is done to the logits first
   * @param counts training images of each class
   */
  record Task(
      String data,
      String output,
      OutputStore store,
      Scorer.View view,
      int shares,
      PostHoc postHoc,
      ClassCounts counts)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private ShareEvaluator(Task task, Scorer scorer, Optional<MeanClassifier> classifier) {
    this.task = task;
    this.scorer = scorer;
    this.classifier = classifier;
    corrections =
        task.postHoc()
            .corrections(
                scorer.network().classes(),
                () -> LinearClassifier.of(scorer.network()),
                task.counts());
  }

  /**
   * The evaluator of the model zip {@code model}; the caller closes it.
   *
   * @param classifier what classifies instead of the model's head
   */
  static ShareEvaluator open(
      Task task, byte[] model, Optional<MeanClassifier> classifier, Configuration conf)
      throws IOException {
    ShardedDataset dataset = ShardedDataset.open(task.data(), conf);
    Network network = Network.load(new ByteArrayInputStream(model));
    int classes = dataset.classNames().size();
    if (network.classes() != classes) {
      network.close();
      throw new LongTailException(
          ErrorCode.CONFIG,
          "evaluating on %s: the model knows %d classes, the dataset has %d; prepare the dataset with the classes that the model was trained on"
              .formatted(task.data(), network.classes(), classes));
    }
    return new ShareEvaluator(task, new Scorer(dataset, network, task.view(), 0, conf), classifier);
  }

  /**
   * Scores part {@code share} under each correction, and writes the predictions of the first to
   * {@code table}, the uncorrected outputs to {@code stored}.
   */
  List<Predictions> score(int share, PredictionTable table, StoredPart stored) throws IOException {
    Samples samples = scorer.samples();
    OutputScorer scores =
        new OutputScorer(scorer.network().classes(), corrections, classifier, table);
    NetworkOutput deciding = OutputScorer.input(classifier);
    Set<NetworkOutput> wanted = EnumSet.of(deciding);
    wanted.addAll(task.store().outputs());
    scorer.visit(
        share,
        task.shares(),
        wanted,
        (rows, outputs) -> {
          for (int i = 0; i < rows.length; i++) {
            scores.add(
                samples.imageId(rows[i]), samples.label(rows[i]), outputs.get(deciding)[i]);
          }
          stored.add(samples, rows, outputs);
        });
    return scores.predictions();
  }

  @Override
  public void close() throws IOException {
    scorer.close();
  }
}
