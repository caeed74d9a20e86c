package longtail.spark.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.eval.LogitCorrection;
import longtail.nn.Network;

/**
 * What is done to the logits of a trained model before it is scored.
 *
 * @param taus powers of tau normalisation, each scored on its own; empty for none
 * @param logitAdjust how much of the log prior of the training set is taken off; 0 for nothing
 */
public record PostHoc(List<Double> taus, double logitAdjust) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The logits as they are. */
  public static final PostHoc NOTHING = new PostHoc(List.of(), 0);

  /** Checks the ranges. */
  public PostHoc {
    taus = List.copyOf(taus);
    for (double tau : taus) {
      if (!(tau >= 0) || Double.isInfinite(tau)) {
        throw new IllegalArgumentException("tau must be finite and not negative, was " + tau);
      }
    }
    if (!Double.isFinite(logitAdjust)) {
      throw new IllegalArgumentException("logit-adjust must be finite, was " + logitAdjust);
    }
  }

  /**
   * The corrections of the logits of {@code network}, one per power, or one.
   *
   * @param counts training images of each class
   * @throws longtail.LongTailException (CONFIG) if there are powers and the classifier is not
   *     linear
   */
  public List<LogitCorrection> corrections(Network network, ClassCounts counts) {
    return corrections(network.classes(), () -> LinearClassifier.of(network), counts);
  }

  /**
   * One correction per power, or one.
   *
   * @param classes number of classes
   * @param classifier what tau normalisation must know; only asked for if there are powers
   * @param counts training images of each class
   */
  List<LogitCorrection> corrections(
      int classes, Supplier<LinearClassifier> classifier, ClassCounts counts) {
    List<LogitCorrection> corrections = new ArrayList<>();
    if (taus.isEmpty()) {
      corrections.add(LogitCorrection.none(classes));
    } else {
      LinearClassifier linear = classifier.get();
      taus.forEach(
          tau ->
              corrections.add(LogitCorrection.tauNormalized(linear.norms(), linear.bias(), tau)));
    }
    if (logitAdjust != 0) {
      corrections.replaceAll(correction -> correction.adjusted(counts, logitAdjust));
    }
    return corrections;
  }

  /**
   * The one correction of the logits of {@code network}; empty where nothing is done to them.
   *
   * @param counts training images of each class; only asked for if the logits are adjusted
   * @throws LongTailException (CONFIG) when there are powers and its classifier is not linear
   */
  public Optional<LogitCorrection> correction(Network network, Supplier<ClassCounts> counts) {
    if (taus.isEmpty() && logitAdjust == 0) {
      return Optional.empty();
    }
    if (!taus.isEmpty() && !network.linearClassifier()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "tau normalisation needs a model with head: linear, this one has another: leave --tau away");
    }
    ClassCounts training =
        logitAdjust == 0 ? ClassCounts.of(new int[network.classes()]) : counts.get();
    return Optional.of(
        corrections(network.classes(), () -> LinearClassifier.of(network), training).get(0));
  }

  /** What the results are called, in the order of the corrections. */
  List<String> names(String model) {
    String adjusted = logitAdjust == 0 ? model : model + " adjusted " + number(logitAdjust);
    return taus.isEmpty()
        ? List.of(adjusted)
        : taus.stream().map(tau -> adjusted + " tau " + number(tau)).toList();
  }

  /** Where their reports lie below the output directory; nothing where there is only one. */
  List<String> directories(String output) {
    return taus.size() < 2
        ? List.of(output)
        : taus.stream().map(tau -> output + "/tau-" + number(tau)).toList();
  }

  private static String number(double value) {
    return Double.toString(Math.round(value * 1e6) / 1e6);
  }
}
