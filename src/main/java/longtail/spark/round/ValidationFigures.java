package longtail.spark.round;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import longtail.dataset.Shots;
import longtail.eval.ClassResult;
import longtail.eval.Evaluation;
import longtail.train.experiment.EarlyStop;

/**
 * What logs and checkpoints say of an evaluation during training; what has no images is left out.
 */
final class ValidationFigures {
  private static final String META = "meta_validation_";

  private ValidationFigures() {}

  /** Of the validation set, by their keys in {@code evaluation.json}. */
  static Map<String, Double> of(Evaluation evaluation) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("top1", evaluation.top1());
    figures.put("top5", evaluation.top5());
    figures.put("mean_class_accuracy", evaluation.meanClassAccuracy());
    for (Shots.Group group : tested(evaluation)) {
      figures.put(group.key(), evaluation.accuracy(group));
    }
    if (Double.isFinite(evaluation.negativeLogLikelihood())) {
      figures.put(EarlyStop.Metric.LOSS.key(), evaluation.negativeLogLikelihood());
    }
    return figures;
  }

  /** Of the class-balanced meta set: loss, accuracies of groups and of classes by their numbers. */
  static Map<String, Object> ofMeta(Evaluation evaluation) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put(META + "loss", evaluation.negativeLogLikelihood());
    figures.put(META + "accuracy", evaluation.meanClassAccuracy());
    for (Shots.Group group : tested(evaluation)) {
      figures.put(META + group.key(), evaluation.accuracy(group));
    }
    figures.put(META + "by_class", byClass(evaluation));
    return figures;
  }

  /** Accuracies of the tested classes by their numbers, those of most training images first. */
  static Map<String, Double> byClass(Evaluation evaluation) {
    Map<String, Double> byClass = new LinkedHashMap<>();
    for (ClassResult result : evaluation.classAccuracies().headToTail()) {
      if (result.tested()) {
        byClass.put(String.valueOf(result.label()), result.accuracy());
      }
    }
    return byClass;
  }

  private static Set<Shots.Group> tested(Evaluation evaluation) {
    return evaluation.classes().stream()
        .filter(ClassResult::tested)
        .map(ClassResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
