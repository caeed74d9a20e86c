package longtail.statistics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.loss.AugmentedLoss;
import longtail.loss.BatchEntropy;
import longtail.loss.ClassWeighting;
import longtail.loss.Ldam;
import longtail.loss.LossBatch;
import longtail.loss.Margins;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Class-wise moments of features, the loss that is augmented by their covariances, entropies. */
public final class StatisticsGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.METASAUG, "estimator_*", "isda_*", "ldam_isda_*", "mi_entropies*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.name().startsWith("estimator_")) {
      estimator(golden);
    } else if (golden.name().startsWith("mi_entropies")) {
      BatchEntropy entropy = BatchEntropy.of(golden.array("logits"));
      golden.check("item1", entropy.ofMean());
      golden.check("item2", entropy.mean());
    } else {
      augmented(golden);
    }
  }

  private static void estimator(GoldenCase golden) {
    boolean full = golden.has("cov1") && golden.tensor("cov1").shape().length == 3;
    ClassStatistics statistics =
        ClassStatistics.empty(
            full ? Covariance.FULL : Covariance.DIAGONAL,
            golden.params().path("class_num").asInt(),
            golden.params().path("feature_num").asInt());
    for (int step = 1; golden.has("features" + step); step++) {
      statistics.add(golden.array("features" + step), golden.tensor("labels" + step).ints());
      check(golden, statistics, "cov" + step, "ave" + step, "amount" + step);
    }
  }

  /** Compares all classes; a case of means alone names no covariance. */
  public static void check(
      GoldenCase golden, ClassStatistics got, String covariance, String mean, String count) {
    if (golden.outputs().contains(covariance)) {
      golden.check(covariance, all(got));
    }
    golden.check(
        mean,
        IntStream.range(0, got.classes())
            .mapToObj(got::mean)
            .flatMapToDouble(Arrays::stream)
            .toArray());
    golden.check(count, IntStream.range(0, got.classes()).mapToDouble(got::count).toArray());
  }

  /** The covariances of all classes. */
  static INDArray all(ClassStatistics statistics) {
    return statistics
        .covariances(IntStream.range(0, statistics.classes()).toArray(), DataType.DOUBLE)
        .values();
  }

  private static void augmented(GoldenCase golden) {
    int[] labels = golden.tensor("labels").ints();
    INDArray features = golden.array("features");
    INDArray weight = golden.array("fc_weight");
    INDArray logits = features.mmul(weight.transpose()).addiRowVector(golden.array("fc_bias"));
    INDArray covariances = golden.array("cov");
    int[] classes = IntStream.range(0, (int) weight.size(0)).toArray();
    AugmentedLoss loss =
        new AugmentedLoss(
            loss(golden).bind(counts(golden)),
            covariances.rank() == 3 ? Covariance.FULL : Covariance.DIAGONAL);
    AugmentedLoss.Value value =
        loss.evaluate(
            LossBatch.of(features, logits, labels),
            weight,
            new ClassRows(classes, covariances),
            golden.params().path("ratio").asDouble());
    golden.check("logits", logits);
    if (golden.outputs().contains("margins")) {
      double largest = golden.params().path("max_m").asDouble();
      golden.check("margins", Margins.ldam(counts(golden), largest));
    }
    golden.check("aug_logits", withMargins(golden, value.augmentedLogits().dup(), labels));
    golden.check("loss", value.loss());
    golden.check("grad_logits", value.gradLogits());
    golden.check("grad_features", value.gradLogits().mmul(weight));
    INDArray gradWeight = Nd4j.create(DataType.DOUBLE, weight.shape());
    gradWeight.addi(value.gradLogits().transpose().mmul(features));
    value.addWeightGradient(gradWeight);
    golden.check("grad_fc_weight", gradWeight);
    golden.check("grad_fc_bias", value.gradLogits().sum(0));
    golden.check("grad_cov", value.covarianceGradient().values());
  }

  private static INDArray withMargins(GoldenCase golden, INDArray logits, int[] labels) {
    double[] margins = Margins.ldam(counts(golden), golden.params().path("max_m").asDouble(0));
    for (int i = 0; i < labels.length; i++) {
      logits.putScalar(i, labels[i], logits.getDouble(i, labels[i]) - margins[labels[i]]);
    }
    return logits;
  }

  /** The loss of the case before augmentation; without a margin it is weighted cross-entropy. */
  public static Ldam loss(GoldenCase golden) {
    List<Double> weights = Arrays.stream(golden.tensor("class_weights").values()).boxed().toList();
    return new Ldam(
        1, golden.params().path("max_m").asDouble(0), new ClassWeighting.Given(weights));
  }

  /** The class counts of the case; any will do where it names none, for then there is no margin. */
  public static ClassCounts counts(GoldenCase golden) {
    return golden.has("class_counts")
        ? ClassCounts.of(golden.tensor("class_counts").ints())
        : ClassCounts.of(
            IntStream.range(0, golden.tensor("class_weights").length()).map(c -> 1).toArray());
  }
}
