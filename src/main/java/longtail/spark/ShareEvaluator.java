package longtail.spark;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.eval.LogitCorrection;
import longtail.eval.Predictions;
import longtail.eval.Ranking;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.shard.LogitWriter;
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
   * @param logits directory of the table of logits; blank for none
   * @param view how the network sees an image
   * @param shares number of parts
   * @param postHoc what is done to the logits first
   * @param counts training images of each class
   */
  record Task(
      String data,
      String output,
      String logits,
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
    corrections = task.postHoc().corrections(scorer.network(), task.counts());
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
   * {@code table}, the uncorrected logits to {@code raw}.
   */
  List<Predictions> score(int share, PredictionTable table, Optional<LogitWriter> raw)
      throws IOException {
    Samples samples = scorer.samples();
    List<Predictions> all =
        corrections.stream().map(c -> Predictions.of(scorer.network().classes())).toList();
    scorer.visit(
        share,
        task.shares(),
        classifier.isPresent() ? Activations::features : Activations::logits,
        (rows, outputs) -> {
          for (int i = 0; i < rows.length; i++) {
            score(rows[i], scores(outputs[i]), all, table);
            if (raw.isPresent()) {
              raw.get().add(samples.shard(rows[i]), samples.imageId(rows[i]), outputs[i]);
            }
          }
        });
    return all;
  }

  /** What the classifier makes of the network's output for an image. */
  private float[] scores(float... output) {
    return classifier.map(means -> means.scores(output)).orElse(output);
  }

  private void score(int row, float[] scores, List<Predictions> all, PredictionTable table)
      throws IOException {
    Samples samples = scorer.samples();
    float[] first = corrections.get(0).apply(scores);
    all.get(0).add(samples.label(row), first);
    for (int i = 1; i < all.size(); i++) {
      all.get(i).add(samples.label(row), corrections.get(i).apply(scores));
    }
    table.add(
        samples.imageId(row),
        samples.label(row),
        Ranking.top(first, PredictionTable.TOP),
        Ranking.confidence(first));
  }

  @Override
  public void close() throws IOException {
    scorer.close();
  }
}
