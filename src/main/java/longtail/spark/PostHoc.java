package longtail.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.eval.LogitCorrection;
import longtail.nn.Network;
import longtail.nn.ParameterBlock;
import longtail.nn.Role;
import longtail.optim.RowNorm;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

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
   * One correction per power, or one.
   *
   * @param counts training images of each class
   * @throws LongTailException (CONFIG) when the classifier must be linear and is not
   */
  List<LogitCorrection> corrections(Network network, ClassCounts counts) {
    List<LogitCorrection> corrections = new ArrayList<>();
    if (taus.isEmpty()) {
      corrections.add(LogitCorrection.none(network.classes()));
    } else {
      double[] norms = RowNorm.L2.of(head(network, Role.HEAD_WEIGHT).orElseThrow());
      double[] bias =
          head(network, Role.HEAD_BIAS)
              .map(INDArray::toDoubleVector)
              .orElseGet(() -> new double[norms.length]);
      taus.forEach(tau -> corrections.add(LogitCorrection.tauNormalized(norms, bias, tau)));
    }
    if (logitAdjust != 0) {
      corrections.replaceAll(correction -> correction.adjusted(counts, logitAdjust));
    }
    return corrections;
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

  private static Optional<INDArray> head(Network network, Role role) {
    List<ParameterBlock> head = network.layout().stream().filter(ParameterBlock::head).toList();
    if (head.stream().anyMatch(b -> b.role() != Role.HEAD_WEIGHT && b.role() != Role.HEAD_BIAS)) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "tau normalisation needs a linear classifier, the model's has %s: leave --tau away"
              .formatted(head.stream().map(ParameterBlock::name).toList()));
    }
    return head.stream()
        .filter(block -> block.role() == role)
        .findFirst()
        .map(
            block ->
                network
                    .parameters()
                    .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
                    .reshape('c', block.shape()));
  }
}
