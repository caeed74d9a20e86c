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

  private ShareEvaluator(Task task, Scorer scorer) {
    this.task = task;
    this.scorer = scorer;
    corrections = task.postHoc().corrections(scorer.network(), task.counts());
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

  /**
   * Scores part {@code share} under each correction, and writes the predictions of the first to
   * {@code table}, the uncorrected logits to {@code raw}.
   */
  List<Predictions> score(int share, PredictionTable table, Optional<LogitWriter> raw)
      throws IOException {
    Samples samples = scorer.samples();
    List<Predictions> all =
        corrections.stream().map(c -> Predictions.of(scorer.network().classes())).toList();
    scorer.score(
        share,
        task.shares(),
        (row, logits) -> {
          float[] first = corrections.get(0).apply(logits);
          all.get(0).add(samples.label(row), first);
          for (int i = 1; i < all.size(); i++) {
            all.get(i).add(samples.label(row), corrections.get(i).apply(logits));
          }
          table.add(
              samples.imageId(row),
              samples.label(row),
              Ranking.top(first, PredictionTable.TOP),
              Ranking.confidence(first));
          if (raw.isPresent()) {
            raw.get().add(samples.shard(row), samples.imageId(row), logits);
          }
        });
    return all;
  }

  @Override
  public void close() throws IOException {
    scorer.close();
  }
}
