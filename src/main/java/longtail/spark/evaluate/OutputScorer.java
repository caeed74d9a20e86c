package longtail.spark.evaluate;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import longtail.eval.LogitCorrection;
import longtail.eval.OpenSet;
import longtail.eval.Predictions;
import longtail.eval.Ranking;
import longtail.shard.NetworkOutput;

/**
 * Scores what a network says of images, under each of some corrections of the logits; the
 * predictions of the first are written to a table.
 */
final class OutputScorer {
  private final List<LogitCorrection> corrections;
  private final Optional<MeanClassifier> classifier;
  private final PredictionTable table;
  private final List<Predictions> predictions;

  /**
   * A scorer of images of {@code classes} classes.
   *
   * @param corrections at least one
   * @param classifier what classifies the features instead of the model's head
   */
  OutputScorer(
      int classes,
      List<LogitCorrection> corrections,
      Optional<MeanClassifier> classifier,
      PredictionTable table) {
    this.corrections = corrections;
    this.classifier = classifier;
    this.table = table;
    predictions = corrections.stream().map(c -> Predictions.of(classes)).toList();
  }

  /** Which output of the network decides. */
  static NetworkOutput input(Optional<?> classifier) {
    return classifier.isPresent() ? NetworkOutput.FEATURES : NetworkOutput.LOGITS;
  }

  /**
   * Scores an image by the output of the network that decides.
   *
   * @param label its class, or {@link OpenSet#UNKNOWN}
   */
  void add(String imageId, int label, float... output) throws IOException {
    float[] scores = classifier.map(means -> means.scores(output)).orElse(output);
    float[] first = corrections.get(0).apply(scores);
    add(predictions.get(0), label, first);
    for (int i = 1; i < corrections.size(); i++) {
      add(predictions.get(i), label, corrections.get(i).apply(scores));
    }
    table.add(imageId, label, Ranking.top(first, PredictionTable.TOP), Ranking.confidence(first));
  }

  private static void add(Predictions predictions, int label, float... scores) {
    if (label == OpenSet.UNKNOWN) {
      predictions.addUnknown(scores);
    } else {
      predictions.add(label, scores);
    }
  }

  /** The predictions under each correction. */
  List<Predictions> predictions() {
    return predictions;
  }

  /** The predictions of all parts, at least one, under each correction. */
  static List<Predictions> merged(List<List<Predictions>> parts) {
    List<Predictions> all = parts.get(0);
    for (List<Predictions> part : parts.subList(1, parts.size())) {
      for (int i = 0; i < all.size(); i++) {
        all.get(i).addAll(part.get(i));
      }
    }
    return all;
  }
}
