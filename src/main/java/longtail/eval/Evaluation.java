package longtail.eval;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;

/**
 * The figures of one evaluation, all as fractions.
 *
 * <p>The accuracy of a group (all, many, medium or few shots) is the mean over its classes of the
 * class accuracy; classes without test images do not count, and a group without tested classes has
 * accuracy 0.
 */
public final class Evaluation {
  /** Up to how many answers are counted. */
  private static final int MOST_ANSWERS = 100;

  private final int samples;
  private final double top1;
  private final List<Double> topK;
  private final double negativeLogLikelihood;
  private final Reliability reliability;
  private final List<ClassResult> classes;
  private final ConfusionMatrix confusion;
  private final Optional<OpenSetResult> openSet;

  private Evaluation(
      Predictions predictions,
      List<ClassResult> classes,
      ConfusionMatrix confusion,
      Optional<OpenSetResult> openSet) {
    this.openSet = openSet;
    samples = predictions.size();
    top1 = predictions.topK(1);
    topK =
        IntStream.rangeClosed(1, Math.min(MOST_ANSWERS, predictions.classes()))
            .mapToObj(predictions::topK)
            .toList();
    negativeLogLikelihood = predictions.negativeLogLikelihood();
    reliability = Reliability.of(predictions);
    this.classes = classes;
    this.confusion = confusion;
  }

  /**
   * Computes the figures.
   *
   * @param predictions of the test set, at least one
   * @param training training images per class, which decide the groups
   * @param shots thresholds of the groups
   */
  public static Evaluation of(Predictions predictions, ClassCounts training, Shots shots) {
    return of(predictions, training, shots, OpenSet.USUAL_THRESHOLD);
  }

  /**
   * Computes the figures.
   *
   * @param predictions of the test set, at least one
   * @param training training images per class, which decide the groups
   * @param shots thresholds of the groups
   * @param threshold probability below which answers count as rejected, where some samples are of
   *     none of the classes
   */
  public static Evaluation of(
      Predictions predictions, ClassCounts training, Shots shots, double threshold) {
    if (predictions.size() == 0) {
      throw new IllegalArgumentException("there are no predictions to evaluate");
    }
    if (training.classes() != predictions.classes()) {
      throw new IllegalArgumentException(
          "predictions over %d classes need as many training counts, were %d"
              .formatted(predictions.classes(), training.classes()));
    }
    ConfusionMatrix confusion = ConfusionMatrix.of(predictions);
    List<ClassResult> classes =
        IntStream.range(0, training.classes())
            .mapToObj(
                c ->
                    new ClassResult(
                        c,
                        shots.of(training.count(c)),
                        training.count(c),
                        confusion.labelled(c),
                        confusion.correct(c)))
            .toList();
    Optional<OpenSetResult> openSet =
        Optional.of(predictions)
            .filter(all -> all.unknownSize() > 0)
            .map(all -> OpenSet.of(all, training, shots, threshold).result(threshold));
    return new Evaluation(predictions, classes, confusion, openSet);
  }

  /** Number of test images. */
  public int samples() {
    return samples;
  }

  /** Fraction of test images whose class is the prediction. */
  public double top1() {
    return top1;
  }

  /** Fraction of test images whose class is among the five best. */
  public double top5() {
    return topK.get(Math.min(5, topK.size()) - 1);
  }

  /**
   * Fraction of test images whose class is among the {@code k} best, for {@code k} from 1 on, as
   * many as there are classes, at most {@value #MOST_ANSWERS}.
   */
  public List<Double> topK() {
    return topK;
  }

  /** Mean accuracy of all classes. */
  public double meanClassAccuracy() {
    return classAccuracies().mean();
  }

  /** Mean accuracy of the classes with many training images. */
  public double many() {
    return accuracy(Shots.Group.MANY);
  }

  /** Mean accuracy of the classes with neither many nor few training images. */
  public double medium() {
    return accuracy(Shots.Group.MEDIUM);
  }

  /** Mean accuracy of the classes with few training images. */
  public double few() {
    return accuracy(Shots.Group.FEW);
  }

  /** Mean accuracy of the classes of {@code group}. */
  public double accuracy(Shots.Group group) {
    return new ClassAccuracies(classes.stream().filter(result -> result.group() == group).toList())
        .mean();
  }

  /** Mean F1 of the classes that occur as a label or a prediction. */
  public double macroF1() {
    return confusion.macroF1();
  }

  /**
   * Expected calibration error of the predictions' softmax probabilities over 15 bins; NaN if the
   * predictions came without scores.
   */
  public double calibrationError() {
    return reliability.calibrationError();
  }

  /** How sure the model was and how often it was right. */
  public Reliability reliability() {
    return reliability;
  }

  /**
   * Mean of {@code -log p} of the true classes' softmax probabilities; infinite where one is 0, NaN
   * if the predictions came without scores.
   */
  public double negativeLogLikelihood() {
    return negativeLogLikelihood;
  }

  /** How well images of none of the classes were told from the others, if there are such. */
  public Optional<OpenSetResult> openSet() {
    return openSet;
  }

  /** The accuracies of all classes in one number. */
  public ClassAccuracies classAccuracies() {
    return new ClassAccuracies(classes);
  }

  /** The result on each class, {@code [classes]}. */
  public List<ClassResult> classes() {
    return classes;
  }

  /** What was taken for what. */
  public ConfusionMatrix confusion() {
    return confusion;
  }
}
