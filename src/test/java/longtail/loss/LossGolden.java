package longtail.loss;

import java.util.Locale;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The losses of BALMS and of early GLMC: balanced softmax, class-balanced losses, LDAM. */
public final class LossGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BALMS, "softmax_ce*", "balanced_softmax_*")
        || golden.matches(Seed.GLMC, "balanced_softmax_*", "cb_loss_hist*", "ldam_hist*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.seed() == Seed.BALMS) {
      reduced(golden);
    } else if (golden.name().startsWith("cb_loss")) {
      classBalanced(golden);
    } else if (golden.name().startsWith("ldam")) {
      margins(golden);
    } else {
      shifted(golden);
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
    LossValue value = evaluate(golden, new BalancedSoftmax());
    for (String output : golden.outputs()) {
      if (output.startsWith("bs_loss_")) {
        golden.check(output, value.value());
      } else {
        golden.check(output, value.gradLogits());
      }
    }
  }

  /** Outputs are called after the form and its gamma: {@code focal2_loss}. */
  private static void classBalanced(GoldenCase golden) {
    ClassWeighting weights =
        new ClassWeighting.InversePower(golden.params().path("power").asDouble());
    for (String output : golden.outputs()) {
      String form = output.substring(0, output.indexOf('_'));
      Loss loss =
          form.startsWith("focal")
              ? new Focal(Double.parseDouble(form.substring("focal".length())), weights)
              : new BinarySoftmax(weights);
      LossValue value = evaluate(golden, loss);
      if (output.endsWith("_loss")) {
        golden.check(output, value.value());
      } else {
        golden.check(output, value.gradLogits());
      }
    }
  }

  private static void margins(GoldenCase golden) {
    double largest = golden.params().path("max_m").asDouble();
    LossValue value = evaluate(golden, new Ldam(golden.params().path("s").asDouble(), largest));
    golden.check("loss", value.value());
    golden.check("grad_logits", value.gradLogits());
    golden.check(
        "margins", Margins.ldam(ClassCounts.of(golden.tensor("class_counts").ints()), largest));
  }

  private static LossValue evaluate(GoldenCase golden, Loss loss) {
    return loss.bind(ClassCounts.of(golden.tensor("class_counts").ints()))
        .evaluate(golden.array("logits"), golden.tensor("labels").ints());
  }
}
