package longtail.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.dataset.Shots;
import longtail.eval.ClassAccuracies;
import longtail.eval.ClassResult;
import longtail.eval.Evaluation;
import longtail.eval.OpenSetResult;
import longtail.eval.Reliability;

/**
 * What {@code evaluation.json} holds: the figures of an evaluation, accuracies and errors as
 * fractions, and what it was made of.
 *
 * @param name of the model in tables
 * @param facts where the model and the data came from, in order
 * @param samples number of test images
 * @param top1 fraction whose class is the prediction
 * @param top5 fraction whose class is among the five best
 * @param topK fraction whose class is among the {@code k} best, for {@code k} from 1 on; empty if
 *     only the two above are known
 * @param meanClassAccuracy mean accuracy of the tested classes
 * @param many mean accuracy of the classes with many training images, 0 if there are none
 * @param medium of those in between
 * @param few of those with few
 * @param macroF1 mean F1 of the classes
 * @param negativeLogLikelihood mean over the test images; NaN if it is infinite or not known
 * @param calibrationError expected calibration error over 15 bins; NaN if it is not known
 * @param reliability how sure the model was and how often it was right
 * @param openSet how well images of none of the classes were told from the others
 * @param classNames names, {@code [classes]}
 * @param classes result on each class, {@code [classes]}
 */
public record EvaluationSummary(
    String name,
    Map<String, String> facts,
    int samples,
    double top1,
    double top5,
    List<Double> topK,
    double meanClassAccuracy,
    double many,
    double medium,
    double few,
    double macroF1,
    double negativeLogLikelihood,
    double calibrationError,
    Reliability reliability,
    Optional<OpenSetResult> openSet,
    List<String> classNames,
    List<ClassResult> classes) {
  /** Checks that every class has a name. */
  public EvaluationSummary {
    negativeLogLikelihood =
        Double.isFinite(negativeLogLikelihood) ? negativeLogLikelihood : Double.NaN;
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    topK = List.copyOf(topK);
    classNames = List.copyOf(classNames);
    classes = List.copyOf(classes);
    if (classNames.size() != classes.size()) {
      throw new IllegalArgumentException(
          "each class needs a name, there are %d classes and %d names"
              .formatted(classes.size(), classNames.size()));
    }
  }

  /** The figures of {@code evaluation}. */
  public static EvaluationSummary of(
      String name, Map<String, String> facts, List<String> classNames, Evaluation evaluation) {
    return new EvaluationSummary(
        name,
        facts,
        evaluation.samples(),
        evaluation.top1(),
        evaluation.top5(),
        evaluation.topK(),
        evaluation.meanClassAccuracy(),
        evaluation.many(),
        evaluation.medium(),
        evaluation.few(),
        evaluation.macroF1(),
        evaluation.negativeLogLikelihood(),
        evaluation.calibrationError(),
        evaluation.reliability(),
        evaluation.openSet(),
        classNames,
        evaluation.classes());
  }

  /** The accuracies of all classes in one number. */
  public ClassAccuracies classAccuracies() {
    return new ClassAccuracies(classes);
  }

  /** Accuracy of a group. */
  public double accuracy(Shots.Group group) {
    return switch (group) {
      case MANY -> many;
      case MEDIUM -> medium;
      case FEW -> few;
    };
  }

  /** Number of tested classes of a group. */
  public int tested(Shots.Group group) {
    return (int) classes.stream().filter(c -> c.tested() && c.group() == group).count();
  }
}
