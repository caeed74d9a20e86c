package longtail.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassCounts;
import longtail.dataset.Normalization;
import longtail.eval.LogitCorrection;
import longtail.nn.Network;
import longtail.nn.onnx.OnnxInput;
import longtail.nn.onnx.OnnxOptions;
import longtail.spark.evaluate.ModelDescription;
import longtail.spark.evaluate.PostHoc;
import longtail.spark.evaluate.TrainingCounts;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Option;

/** What an ONNX file computes beside the network. */
final class OnnxMixin {
  private static final int USUAL = 17;

  @Option(
      names = "--opset",
      paramLabel = "N",
      description = "ONNX: version of the operators, 13 to 21 (default 17).")
  Optional<Integer> opset = Optional.empty();

  @Option(
      names = "--preprocess",
      description =
          "ONNX: the graph takes uint8 images [batch, height, width, 3] and normalises them itself.")
  boolean preprocess;

  @Option(
      names = "--tau",
      paramLabel = "T",
      description =
          "ONNX: the logits are those of the classifier's rows divided by this power of their norm.")
  Optional<Double> tau = Optional.empty();

  @Option(
      names = "--logit-adjust",
      paramLabel = "TAU",
      description = "ONNX: TAU times the log prior of the training set is taken off the logits.")
  Optional<Double> logitAdjust = Optional.empty();

  @Option(
      names = "--counts",
      paramLabel = "DIR",
      description =
          "Prepared training set of --logit-adjust (default: the counts that the checkpoint"
              + " remembers).")
  Optional<String> counts = Optional.empty();

  /**
   * Refuses what was given of these for another format.
   *
   * @throws LongTailException (USAGE) if anything was
   */
  void requireNothing() {
    boolean given = opset.isPresent() || preprocess || tau.isPresent() || logitAdjust.isPresent();
    if (given || counts.isPresent()) {
      throw new LongTailException(
          ErrorCode.USAGE,
          "--opset, --preprocess, --tau, --logit-adjust and --counts are for --format onnx: weights are exported as they are");
    }
  }

  /** How {@code network} is exported, which {@code description} is of. */
  OnnxOptions options(Network network, ModelDescription description, Configuration conf) {
    PostHoc postHoc =
        Arguments.checked(
            () -> new PostHoc(tau.map(List::of).orElse(List.of()), logitAdjust.orElse(0.0)));
    Optional<LogitCorrection> correction =
        postHoc.correction(network, () -> training(network, description, conf));
    Optional<Normalization> pixels =
        preprocess ? Optional.of(normalization(description)) : Optional.empty();
    Map<String, String> properties = description.properties();
    properties.put(
        "images",
        preprocess
            ? "uint8, [batch, height, width, 3]"
            : "float32, [batch, 3, height, width], (x / 255 - mean) / std");
    tau.ifPresent(power -> properties.put("tau", power.toString()));
    logitAdjust.ifPresent(power -> properties.put("logit_adjust", power.toString()));
    return Arguments.checked(
        () ->
            new OnnxOptions(
                opset.orElse(USUAL),
                new OnnxInput(description.size(), pixels),
                correction.map(c -> new OnnxOptions.Correction(c.scales(), c.shifts())),
                properties));
  }

  private ClassCounts training(Network network, ModelDescription description, Configuration conf) {
    if (counts.isEmpty()) {
      return description
          .counts()
          .orElseThrow(
              () ->
                  unknown(
                      "--logit-adjust needs the class counts of the training set, and %s has none: add --counts DIR, or give a checkpoint",
                      description));
    }
    return TrainingCounts.of(counts.get(), conf).under(description.classNamesOf(network));
  }

  private static Normalization normalization(ModelDescription description) {
    return description
        .normalization()
        .orElseThrow(
            () ->
                unknown(
                    "--preprocess needs the means and deviations of the pixels, and %s does not say them: give the run or a checkpoint of it",
                    description));
  }

  private static LongTailException unknown(String message, ModelDescription description) {
    return new LongTailException(ErrorCode.CONFIG, message.formatted(description.name()));
  }
}
