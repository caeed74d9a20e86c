package longtail.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.dataset.Shots;
import longtail.eval.ClassAccuracies;
import longtail.eval.ClassResult;
import longtail.eval.Evaluation;
import longtail.eval.OpenSetResult;
import longtail.eval.ReliabilityBin;
import longtail.eval.TestDistribution;

/**
 * What {@code evaluation.json} holds: the figures of an evaluation, accuracies and errors as
 * fractions, and what it was made of. The annotations say how it is written; what follows from
 * other figures is written, too, and not read.
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
 * @param reliability how sure the model was and how often it was right, from the lowest to the
 *     highest probability; empty if it is not known
 * @param openSet how well images of none of the classes were told from the others
 * @param perClass figures of each class, {@code [classes]}
 */
@JsonPropertyOrder({
  "name",
  "top1",
  "top5",
  "top_k",
  "mean_class_accuracy",
  "harmonic_mean",
  "geometric_mean",
  "classes_never_recognised",
  "worst_class",
  "many",
  "medium",
  "few",
  "macro_f1",
  "nll",
  "ece",
  "samples",
  "open_set",
  "tested_classes",
  "facts",
  "test_distributions",
  "reliability",
  "per_class"
})
public record EvaluationSummary(
    String name,
    Map<String, String> facts,
    int samples,
    @JsonProperty(value = "top1", required = true) double top1,
    @JsonProperty("top5") double top5,
    List<Double> topK,
    double meanClassAccuracy,
    double many,
    double medium,
    double few,
    @JsonProperty("macro_f1") double macroF1,
    @JsonProperty("nll") double negativeLogLikelihood,
    @JsonProperty("ece") double calibrationError,
    List<ReliabilityBin> reliability,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<OpenSetResult> openSet,
    @JsonProperty(value = "per_class", required = true) List<ClassFigures> perClass) {
  /** Checks that there are classes, in the order of their numbers. */
  public EvaluationSummary {
    negativeLogLikelihood =
        Double.isFinite(negativeLogLikelihood) ? negativeLogLikelihood : Double.NaN;
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    topK = List.copyOf(topK);
    reliability = List.copyOf(reliability);
    perClass = List.copyOf(perClass);
    if (perClass.isEmpty()) {
      throw new IllegalArgumentException("it has no classes");
    }
    for (int i = 0; i < perClass.size(); i++) {
      if (perClass.get(i).label() != i) {
        throw new IllegalArgumentException(
            "class %d stands in the place of class %d".formatted(perClass.get(i).label(), i));
      }
    }
  }

  /** The figures of {@code evaluation}. */
  public static EvaluationSummary of(
      String name, Map<String, String> facts, List<String> classNames, Evaluation evaluation) {
    if (classNames.size() != evaluation.classes().size()) {
      throw new IllegalArgumentException(
          "each class needs a name, there are %d classes and %d names"
              .formatted(evaluation.classes().size(), classNames.size()));
    }
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
        evaluation.reliability().bins(),
        evaluation.openSet(),
        IntStream.range(0, classNames.size())
            .mapToObj(
                c ->
                    ClassFigures.of(
                        evaluation.classes().get(c), classNames.get(c), evaluation.confusion()))
            .toList());
  }

  /** Name of each class, {@code [classes]}. */
  public List<String> classNames() {
    return perClass.stream().map(ClassFigures::name).toList();
  }

  /** Result on each class, {@code [classes]}. */
  public List<ClassResult> classes() {
    return perClass.stream().map(ClassFigures::result).toList();
  }

  /** The classes by training images, most first, of equal ones the lower number. */
  List<ClassFigures> headToTail() {
    return classAccuracies().headToTail().stream().map(c -> perClass.get(c.label())).toList();
  }

  /** The accuracies of all classes in one number. */
  public ClassAccuracies classAccuracies() {
    return new ClassAccuracies(classes());
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
    return (int) perClass.stream().filter(c -> c.test() > 0 && c.group() == group).count();
  }

  @JsonProperty(value = "harmonic_mean", access = JsonProperty.Access.READ_ONLY)
  double harmonicMean() {
    return classAccuracies().harmonicMean();
  }

  @JsonProperty(value = "geometric_mean", access = JsonProperty.Access.READ_ONLY)
  double geometricMean() {
    return classAccuracies().geometricMean();
  }

  @JsonProperty(value = "classes_never_recognised", access = JsonProperty.Access.READ_ONLY)
  int neverRecognised() {
    return classAccuracies().neverRecognised();
  }

  /** The class of the lowest accuracy; nothing if none is tested. */
  @JsonProperty(value = "worst_class", access = JsonProperty.Access.READ_ONLY)
  Map<String, Object> worstClass() {
    Map<String, Object> worst = new LinkedHashMap<>();
    classAccuracies()
        .worst()
        .ifPresent(
            result -> {
              worst.put("class", result.label());
              worst.put("name", perClass.get(result.label()).name());
              worst.put("accuracy", result.accuracy());
            });
    return worst;
  }

  @JsonProperty(value = "tested_classes", access = JsonProperty.Access.READ_ONLY)
  Map<String, Integer> testedClasses() {
    Map<String, Integer> tested = new LinkedHashMap<>();
    for (Shots.Group group : Shots.Group.values()) {
      tested.put(group.key(), tested(group));
    }
    return tested;
  }

  @JsonProperty(value = "test_distributions", access = JsonProperty.Access.READ_ONLY)
  List<TestAccuracy> testDistributions() {
    ClassAccuracies accuracies = classAccuracies();
    return TestDistribution.ALL.stream()
        .map(d -> new TestAccuracy(d.direction(), d.ratio(), accuracies.under(d)))
        .toList();
  }

  /** Accuracy on test images of a long-tailed distribution. */
  record TestAccuracy(TestDistribution.Direction direction, double ratio, double accuracy) {}
}
