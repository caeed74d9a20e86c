package longtail.optim;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** MaxNorm and tau normalisation of a classifier. */
public final class ConstraintGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.GLMC, "maxnorm_*", "taunorm_*")
        || golden.matches(Seed.BOT, "tau_norm*")
        || golden.matches(Seed.BALMS, "tau_norm_sweep*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.seed() == Seed.BALMS) {
      sweep(golden);
    } else if (golden.seed() == Seed.BOT) {
      severalPowers(golden);
    } else if (golden.name().startsWith("maxnorm_")) {
      maxNorm(golden);
    } else {
      double tau = golden.params().path("tau").asDouble();
      golden.check("weight_out", normalised(golden.array("weight0"), tau, norm(golden)));
      golden.check("bias_out", golden.array("bias0"));
    }
  }

  private static void maxNorm(GoldenCase golden) {
    MaxNorm constraint =
        new MaxNorm(
            golden.params().path("thresh").asDouble(),
            norm(golden),
            golden.params().path("tau").asDouble());
    double limit = constraint.limit(golden.array("weight0"));
    golden.check("threshold", limit);
    INDArray before = golden.array("weight1");
    INDArray after = before.dup();
    constraint.project(after, limit);
    golden.check("weight_out", after);
    golden.check("bias_out", golden.array("bias1"));
    int[] changed = new int[before.rows()];
    Arrays.setAll(changed, row -> before.getRow(row).equals(after.getRow(row)) ? 0 : 1);
    golden.check("rows_scaled", changed);
    INDArray itself = before.dup();
    constraint.project(itself, constraint.limit(before));
    golden.check("weight_selfthresh", itself);
  }

  private static void severalPowers(GoldenCase golden) {
    JsonNode taus = golden.params().path("taus");
    golden.check("weight_out", sweep(golden.array("weight"), taus));
    INDArray bias = golden.array("bias");
    golden.check("bias_out", Nd4j.tile(bias.reshape(1, bias.length()), taus.size(), 1));
  }

  private static void sweep(GoldenCase golden) {
    JsonNode taus = golden.params().path("taus");
    INDArray weights = sweep(golden.array("W"), taus);
    golden.check("weights", weights);
    INDArray features = golden.array("features");
    int[] labels = golden.tensor("labels").ints();
    int classes = golden.array("W").rows();
    ClassCounts counts = ClassCounts.ofLabels(golden.tensor("train_labels").ints(), classes);
    Shots shots =
        new Shots(
            golden.params().path("many_threshold").asInt(),
            golden.params().path("few_threshold").asInt());
    INDArray logits = Nd4j.create(DataType.DOUBLE, taus.size(), labels.length, classes);
    INDArray metrics = Nd4j.create(DataType.DOUBLE, taus.size(), 4);
    int[] predicted = new int[taus.size() * labels.length];
    for (int i = 0; i < taus.size(); i++) {
      INDArray ofTau = features.mmul(weights.slice(i).transpose());
      logits.slice(i).assign(ofTau);
      int[] best = ofTau.argMax(1).toIntVector();
      System.arraycopy(best, 0, predicted, i * best.length, best.length);
      Evaluation figures = Evaluation.of(Predictions.of(classes, labels, best), counts, shots);
      metrics.putRow(
          i,
          Nd4j.createFromArray(
              figures.many(), figures.medium(), figures.few(), figures.meanClassAccuracy()));
    }
    golden.check("logits", logits);
    golden.check("preds", predicted);
    golden.check("metrics", metrics);
  }

  private static INDArray sweep(INDArray weight, JsonNode taus) {
    INDArray[] normalised = new INDArray[taus.size()];
    Arrays.setAll(normalised, i -> normalised(weight, taus.get(i).asDouble(), RowNorm.L2));
    return Nd4j.stack(0, normalised);
  }

  private static INDArray normalised(INDArray weight, double tau, RowNorm norm) {
    INDArray copy = weight.dup();
    new TauNorm(tau, norm).apply(copy);
    return copy;
  }

  private static RowNorm norm(GoldenCase golden) {
    return switch (golden.params().path("LpNorm").asText()) {
      case "1" -> RowNorm.L1;
      case "2" -> RowNorm.L2;
      case "inf" -> RowNorm.INF;
      default -> throw new AssertionError("no such norm: " + golden.params().path("LpNorm"));
    };
  }
}
