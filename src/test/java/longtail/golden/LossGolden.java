package longtail.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;
import longtail.dataset.ClassCounts;
import longtail.loss.BalancedSoftmax;
import longtail.loss.CrossEntropy;
import longtail.loss.LossFunction;
import longtail.loss.LossValue;
import longtail.loss.Reduction;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Cross-entropy and balanced softmax. */
final class LossGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "loss_ce_*", "loss_bsce_*")
        || golden.matches(Seed.BALMS, "softmax_ce*", "balanced_softmax_*")
        || golden.matches(Seed.GLMC, "balanced_softmax_*");
  }

  @Override
  public void run(GoldenCase golden) {
    switch (golden.seed()) {
      case BOT -> deferred(golden);
      case BALMS -> reduced(golden);
      default -> shifted(golden);
    }
  }

  /** One row per epoch: the prior may be deferred to the epochs after the first {@code start}. */
  private static void deferred(GoldenCase golden) {
    JsonNode rows = golden.params().path("rows");
    int start = golden.params().path("start_epoch").asInt();
    boolean balanced = golden.name().startsWith("loss_bsce_");
    INDArray logits = golden.array("logits");
    int[] labels = golden.tensor("labels").ints();
    ClassCounts counts = ClassCounts.of(golden.tensor("class_counts").ints());
    int classes = counts.classes();
    double[] values = new double[rows.size()];
    double[] gradients = new double[rows.size() * Math.toIntExact(logits.length())];
    double[] weights = new double[rows.size() * classes];
    Arrays.fill(weights, 1);
    for (int r = 0; r < rows.size(); r++) {
      boolean early =
          rows.get(r).path("drw").asBoolean() && rows.get(r).path("epoch").asInt() <= start;
      boolean prior = balanced && !early;
      LossFunction loss =
          prior ? new BalancedSoftmax().bind(counts) : new CrossEntropy().bind(counts);
      LossValue value = loss.evaluate(logits, labels);
      values[r] = value.value();
      double[] gradient = value.gradLogits().data().asDouble();
      System.arraycopy(gradient, 0, gradients, r * gradient.length, gradient.length);
      for (int c = 0; prior && c < classes; c++) {
        weights[r * classes + c] = counts.count(c);
      }
    }
    golden.check("loss", values);
    golden.check("grad_logits", gradients);
    golden.check("weight_list", weights);
    if (golden.outputs().contains("class_vector")) {
      golden.check("class_vector", golden.tensor("class_counts").values());
    }
  }

  private static void reduced(GoldenCase golden) {
    String name = golden.params().path("reduction").asText("mean");
    boolean unreduced = name.equals("none");
    Reduction reduction =
        unreduced ? Reduction.SUM : Reduction.valueOf(name.toUpperCase(Locale.ROOT));
    INDArray logits = golden.array("logits");
    LossFunction loss =
        golden.has("freq")
            ? new BalancedSoftmax(reduction).bind(ClassCounts.of(golden.tensor("freq").ints()))
            : new CrossEntropy(reduction)
                .bind(ClassCounts.ofLabels(new int[0], (int) logits.size(1)));
    LossValue value = loss.evaluate(logits, golden.tensor("labels").ints());
    golden.check("loss", unreduced ? value.samples() : new double[] {value.value()});
    golden.check("grad_logits", value.gradLogits());
  }

  /** An exponent of the total count shifts all logits alike and changes nothing. */
  private static void shifted(GoldenCase golden) {
    LossValue value =
        new BalancedSoftmax()
            .bind(ClassCounts.of(golden.tensor("class_counts").ints()))
            .evaluate(golden.array("logits"), golden.tensor("labels").ints());
    for (String output : golden.outputs()) {
      if (output.startsWith("bs_loss_")) {
        golden.check(output, value.value());
      } else {
        golden.check(output, value.gradLogits());
      }
    }
  }
}
