package longtail.eval;

import java.util.Arrays;
import java.util.Map;
import longtail.eval.NearestClassMean.Mode;
import longtail.eval.NearestClassMean.Similarity;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import org.nd4j.linalg.factory.Nd4j;

/** The nearest class mean: centroids and logits by feature mode and similarity. */
public final class ClassMeanGolden implements GoldenCheck {
  private static final Map<String, Mode> MODES =
      Map.of("un", Mode.PLAIN, "l2n", Mode.NORMALIZED, "cl2n", Mode.CENTERED);
  private static final Map<String, Similarity> SIMILARITIES =
      Map.of("l2", Similarity.EUCLIDEAN, "cos", Similarity.PRODUCT);

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BALMS, "clf_knn*");
  }

  @Override
  public void run(GoldenCase golden) {
    double[][] queries = golden.array("features").toDoubleMatrix();
    MODES.forEach(
        (name, mode) -> {
          NearestClassMean classifier =
              NearestClassMean.fit(
                  golden.array("train_features").toDoubleMatrix(),
                  golden.tensor("train_labels").ints(),
                  golden.params().path("num_classes").asInt(),
                  mode);
          golden.check("mean", classifier.mean());
          golden.check(name + "cs", flat(classifier.centroids()));
          SIMILARITIES.forEach(
              (measure, similarity) -> {
                double[][] logits =
                    Arrays.stream(queries)
                        .map(query -> classifier.logits(query, similarity))
                        .toArray(double[][]::new);
                golden.check("logits_%s_%s".formatted(name, measure), flat(logits));
                golden.check(
                    "preds_%s_%s".formatted(name, measure),
                    Nd4j.createFromArray(logits).argMax(1).toIntVector());
              });
        });
  }

  private static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }
}
