package longtail.spark.evaluate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;
import longtail.dataset.ClassCounts;
import longtail.eval.LogitCorrection;
import longtail.eval.OpenSet;
import longtail.eval.Predictions;
import longtail.nn.Network;
import longtail.shard.NetworkOutput;
import longtail.shard.Samples;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;

/** Scores a model zip on a part of a dataset and writes each prediction to a table. */
final class ShareEvaluator implements AutoCloseable {
  private final Task task;
  private final int part;
  private final Scorer scorer;
  private final Network network;
  private final List<LogitCorrection> corrections;
  private final Optional<MeanClassifier> classifier;

  /**
   * What a task is told.
   *
   * @param data directory of the dataset
   * @param unknown directory of a dataset of images of none of the classes; blank for none
   * @param output directory of the predictions
   * @param store what is kept of the outputs
   * @param view how the network sees an image
   * @param shares number of parts; those of the unknown images are further ones
   * @param postHoc what is done to the logits first
   * @param counts training images of each class
   * @param classNames classes of the model, under which the dataset is seen
   * @param limit how many of the first images of a dataset are scored at most
   */
  record Task(
      String data,
      String unknown,
      String output,
      OutputStore store,
      Scorer.View view,
      int shares,
      PostHoc postHoc,
      ClassCounts counts,
      List<String> classNames,
      int limit)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Number of all parts. */
    int parts() {
      return unknown.isBlank() ? shares : 2 * shares;
    }

    /** Whether the images of {@code part} are of none of the classes. */
    boolean isUnknown(int part) {
      return part >= shares;
    }
  }

  private ShareEvaluator(
      Task task, int part, Scorer scorer, Network network, Optional<MeanClassifier> classifier) {
    this.task = task;
    this.part = part;
    this.scorer = scorer;
    this.network = network;
    this.classifier = classifier;
    corrections = task.postHoc().corrections(network, task.counts());
  }

  /**
   * The evaluator of the model zip {@code model} on part {@code part}; the caller closes it.
   *
   * @param classifier what classifies instead of the model's head
   */
  static ShareEvaluator open(
      Task task, int part, byte[] model, Optional<MeanClassifier> classifier, Configuration conf)
      throws IOException {
    boolean unknown = task.isUnknown(part);
    ShardedDataset dataset =
        unknown
            ? ShardedDataset.open(task.unknown(), conf)
            : ShardedDataset.open(task.data(), conf).underClasses(task.classNames(), "the model");
    Network network = Network.load(new ByteArrayInputStream(model));
    return new ShareEvaluator(
        task, part, new Scorer(dataset, task.view(), 0, conf), network, classifier);
  }

  /**
   * Scores the part under each correction, and writes the predictions of the first to {@code
   * table}, the uncorrected outputs to {@code stored}.
   *
   * @param scored told of each batch, by its number of images
   */
  List<Predictions> score(PredictionTable table, StoredPart stored, IntConsumer scored)
      throws IOException {
    Samples samples = scorer.samples();
    IntUnaryOperator label = task.isUnknown(part) ? row -> OpenSet.UNKNOWN : samples::label;
    OutputScorer scores = new OutputScorer(network.classes(), corrections, classifier, table);
    NetworkOutput deciding = OutputScorer.input(classifier);
    Set<NetworkOutput> wanted = EnumSet.of(deciding);
    wanted.addAll(task.store().outputs());
    Iterator<Scorer.Outputs> batches =
        scorer.outputs(network, part % task.shares(), task.shares(), task.limit(), wanted);
    while (batches.hasNext()) {
      Scorer.Outputs batch = batches.next();
      float[][] output = batch.of().get(deciding);
      for (int i = 0; i < output.length; i++) {
        int row = batch.rows()[i];
        scores.add(samples.imageId(row), label.applyAsInt(row), output[i]);
      }
      stored.add(samples, batch.rows(), label, batch.of());
      scored.accept(output.length);
    }
    return scores.predictions();
  }

  @Override
  public void close() {
    scorer.close();
    network.close();
  }
}
