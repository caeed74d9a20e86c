package longtail.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import longtail.dataset.ClassCounts;
import longtail.optim.RowNorm;
import longtail.optim.TauNorm;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LogitCorrectionTest {
  private static final float[] LOGITS = {1, -2, 0.5f};

  @Test
  void nothingIsLeftAsItIs() {
    assertThat(LogitCorrection.none(3).apply(LOGITS)).containsExactly(LOGITS);
  }

  @Test
  void tauNormalisationIsThatOfTheWeight() {
    INDArray weight = Nd4j.createFromArray(new double[][] {{3, -4}, {0, 0}, {0.1, 0.2}});
    double[] bias = {0.5, -1, 2};
    INDArray features = Nd4j.createFromArray(new double[][] {{0.3, 0.7}});
    for (double tau : new double[] {0, 0.4, 1, 2}) {
      INDArray normalized = weight.dup();
      new TauNorm(tau, RowNorm.L2).apply(normalized);
      float[] corrected =
          LogitCorrection.tauNormalized(RowNorm.L2.of(weight), bias, tau)
              .apply(logits(features, weight, bias));
      assertThat(corrected).containsExactly(logits(features, normalized, bias), within(1e-5f));
    }
  }

  @Test
  void logitAdjustmentTakesTheLogPriorOff() {
    float[] adjusted = LogitCorrection.none(3).adjusted(ClassCounts.of(80, 20, 0), 2).apply(LOGITS);
    assertThat(adjusted[0]).isCloseTo((float) (1 - 2 * Math.log(0.8)), within(1e-5f));
    assertThat(adjusted[1]).isCloseTo((float) (-2 - 2 * Math.log(0.2)), within(1e-5f));
    assertThat(adjusted[2]).isCloseTo((float) (0.5 - 2 * Math.log(0.01)), within(1e-5f));
  }

  @Test
  void equalCountsChangeNoOrder() {
    float[] adjusted = LogitCorrection.none(3).adjusted(ClassCounts.of(7, 7, 7), 1).apply(LOGITS);
    assertThat(Ranking.top(adjusted, 3)).containsExactly(Ranking.top(LOGITS, 3));
  }

  @Test
  void countsOfOtherClassesAreRefused() {
    assertThatThrownBy(() -> LogitCorrection.none(3).adjusted(ClassCounts.of(1, 2), 1))
        .hasMessageContaining("3 classes, were of 2");
  }

  private static float[] logits(INDArray features, INDArray weight, double[] bias) {
    return features
        .mmul(weight.transpose())
        .addiRowVector(Nd4j.createFromArray(bias))
        .toFloatVector();
  }
}
