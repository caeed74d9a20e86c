package longtail.spark;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.eval.Predictions;
import longtail.eval.Ranking;
import longtail.nn.Network;
import longtail.shard.Samples;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;

/** Scores a model zip on a part of a dataset and writes each prediction to a table. */
final class ShareEvaluator implements AutoCloseable {
  private final Task task;
  private final Scorer scorer;

  /**
   * What a task is told.
   *
   * @param data directory of the dataset
   * @param output directory of the predictions
   * @param view how the network sees an image
   * @param shares number of parts
   */
  record Task(String data, String output, Scorer.View view, int shares) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private ShareEvaluator(Task task, Scorer scorer) {
    this.task = task;
    this.scorer = scorer;
  }

  /** The evaluator of the model zip {@code model}; the caller closes it. */
  static ShareEvaluator open(Task task, byte[] model, Configuration conf) throws IOException {
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
    return new ShareEvaluator(task, new Scorer(dataset, network, task.view(), 0, conf));
  }

  /** Scores part {@code share}, and writes each prediction to {@code table}. */
  Predictions score(int share, PredictionTable table) throws IOException {
    Samples samples = scorer.samples();
    return scorer.score(
        share,
        task.shares(),
        (row, logits) ->
            table.add(
                samples.imageId(row),
                samples.label(row),
                Ranking.top(logits, PredictionTable.TOP),
                Ranking.confidence(logits)));
  }

  @Override
  public void close() throws IOException {
    scorer.close();
  }
}
