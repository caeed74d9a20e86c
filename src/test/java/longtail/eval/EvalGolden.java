package longtail.eval;

import java.util.Arrays;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Accuracies, confusion matrices and F1. */
public final class EvalGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "metrics_fusion_matrix*", "valid_topk*")
        || golden.matches(Seed.BALMS, "metrics_shot_*")
        || (golden.matches(Seed.GLMC, "eval_*") && golden.has("train_class_counts"))
        || golden.matches(Seed.METASAUG, "validate_top1*");
  }

  @Override
  public void run(GoldenCase golden) {
    switch (golden.seed()) {
      case BOT -> {
        if (golden.name().startsWith("valid_topk")) {
          topK(golden);
        } else {
          fusionMatrix(golden);
        }
      }
      case BALMS -> shots(golden);
      case GLMC -> trainer(golden);
      case METASAUG -> linear(golden);
    }
  }

  private static void fusionMatrix(GoldenCase golden) {
    int classes = golden.params().path("num_classes").asInt();
    ConfusionMatrix confusion =
        ConfusionMatrix.of(
            Predictions.of(classes, golden.tensor("label").ints(), golden.tensor("pred").ints()));
    int[] matrix = new int[classes * classes];
    confusion.cells().forEach(c -> matrix[c.predicted() * classes + c.label()] = c.count());
    golden.check("matrix", matrix);
    golden.check("recall", IntStream.range(0, classes).mapToDouble(confusion::recall).toArray());
    golden.check(
        "precision", IntStream.range(0, classes).mapToDouble(confusion::precision).toArray());
    golden.check("accuracy", confusion.accuracy());
  }

  private static void topK(GoldenCase golden) {
    Predictions predictions = ofLogits(golden.array("logits"), golden.tensor("label").ints());
    int classes = predictions.classes();
    int[] matrix = new int[classes * classes];
    ConfusionMatrix.of(predictions)
        .cells()
        .forEach(c -> matrix[c.label() * classes + c.predicted()] = c.count());
    golden.check("confusion_true_by_pred", matrix);
    for (String output : golden.outputs()) {
      if (output.startsWith("top")) {
        golden.check(output, predictions.topK(Integer.parseInt(output.substring(3))));
      }
    }
  }

  private static void shots(GoldenCase golden) {
    int[] labels = golden.tensor("labels").ints();
    int[] predicted = golden.tensor("preds").ints();
    int[] training = golden.tensor("train_labels").ints();
    int classes = 1 + IntStream.of(max(labels), max(predicted), max(training)).max().orElseThrow();
    Evaluation evaluation =
        Evaluation.of(
            Predictions.of(classes, labels, predicted),
            ClassCounts.ofLabels(training, classes),
            new Shots(
                golden.params().path("many_threshold").asInt(),
                golden.params().path("few_threshold").asInt()));
    golden.check("shot", evaluation.many(), evaluation.medium(), evaluation.few());
    golden.check(
        "per_class",
        evaluation.classes().stream()
            .filter(ClassResult::tested)
            .mapToDouble(ClassResult::accuracy)
            .toArray());
    golden.check("micro", evaluation.top1());
    golden.check("macro_f1", evaluation.macroF1());
  }

  /** The trainer counts classes of 20 images as few, the evaluation functions as medium. */
  private static void trainer(GoldenCase golden) {
    Predictions predictions = ofLogits(golden.array("logits"), golden.tensor("labels").ints());
    ClassCounts training = ClassCounts.of(golden.tensor("train_class_counts").ints());
    Evaluation trainer = Evaluation.of(predictions, training, new Shots(100, 21));
    Evaluation functions = Evaluation.of(predictions, training, new Shots(100, 20));
    golden.check("pred", predicted(predictions));
    golden.check("top1", 100 * trainer.top1());
    golden.check("top5", 100 * trainer.top5());
    golden.check(
        "class_acc", trainer.classes().stream().mapToDouble(ClassResult::accuracy).toArray());
    golden.check(
        "shots_trainer", 100 * trainer.many(), 100 * trainer.medium(), 100 * trainer.few());
    golden.check("shots_eval_funcs", functions.many(), functions.medium(), functions.few());
    golden.check("mean_class_acc", trainer.meanClassAccuracy());
    golden.check("micro_acc", trainer.top1());
  }

  private static void linear(GoldenCase golden) {
    INDArray logits =
        golden
            .array("features")
            .mmul(golden.array("fc_weight").transpose())
            .addiRowVector(golden.array("fc_bias"));
    int[] labels = golden.tensor("labels").ints();
    Predictions predictions = ofLogits(logits, labels);
    golden.check("prec1", 100 * predictions.topK(1));
    golden.check("preds", predicted(predictions));
    golden.check("targets", labels);
  }

  private static Predictions ofLogits(INDArray logits, int[] labels) {
    Predictions predictions = Predictions.of((int) logits.size(1));
    for (int i = 0; i < labels.length; i++) {
      float[] scores = logits.getRow(i).toFloatVector();
      predictions.add(labels[i], Ranking.best(scores), Ranking.rank(scores, labels[i]));
    }
    return predictions;
  }

  private static int[] predicted(Predictions predictions) {
    return IntStream.range(0, predictions.size()).map(predictions::predicted).toArray();
  }

  private static int max(int[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }
}
