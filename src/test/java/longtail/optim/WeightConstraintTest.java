package longtail.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.config.Yaml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class WeightConstraintTest {
  @Test
  void normsAreThoseOfTheRows() {
    INDArray weight = Nd4j.createFromArray(new double[][] {{3, -4}, {0, 0}, {-1, 1}});
    assertThat(RowNorm.L1.of(weight)).containsExactly(7, 0, 2);
    assertThat(RowNorm.L2.of(weight)).containsExactly(5, 0, Math.sqrt(2));
    assertThat(RowNorm.INF.of(weight)).containsExactly(4, 0, 1);
  }

  @ParameterizedTest
  @EnumSource
  void maxNormShortensLongRowsToTheLimitAndLeavesTheOthers(RowNorm norm) {
    INDArray weight = random(DataType.DOUBLE, 12, 7);
    MaxNorm constraint = new MaxNorm(0.4, norm, 1);
    double limit = constraint.limit(weight);
    INDArray projected = weight.dup();
    constraint.project(projected, limit);
    double[] before = norm.of(weight);
    double[] after = norm.of(projected);
    for (int row = 0; row < before.length; row++) {
      assertThat(after[row]).isCloseTo(Math.min(before[row], limit), within(1e-12));
    }
    INDArray again = projected.dup();
    constraint.project(again, limit);
    assertThat(again.equalsWithEps(projected, 1e-12)).isTrue();
  }

  @Test
  void aThresholdOfOneLetsTheFirstWeightsBe() {
    INDArray weight = random(DataType.DOUBLE, 9, 5);
    MaxNorm constraint = new MaxNorm(1, RowNorm.L2, 1);
    INDArray projected = weight.dup();
    constraint.project(projected, constraint.limit(weight));
    assertThat(Bits.of(projected)).isEqualTo(Bits.of(weight));
  }

  @ParameterizedTest
  @EnumSource
  void tauNormMakesTheRowsEquallyLongAtOneAndChangesNothingAtZero(RowNorm norm) {
    INDArray weight = random(DataType.DOUBLE, 6, 4);
    weight.getRow(2).assign(0);
    INDArray same = weight.dup();
    new TauNorm(0, norm).apply(same);
    assertThat(Bits.of(same)).isEqualTo(Bits.of(weight));
    new TauNorm(1, norm).apply(same);
    for (int row = 0; row < 6; row++) {
      assertThat(norm.of(same)[row]).isCloseTo(row == 2 ? 0 : 1, within(1e-12));
    }
  }

  @Test
  void viewsOfTheFlatVectorAreChangedInPlace() {
    INDArray flat = random(DataType.FLOAT, 1, 40).reshape(40);
    INDArray weight = flat.get(NDArrayIndex.interval(4, 24)).reshape('c', 5, 4);
    new TauNorm(1, RowNorm.L2).apply(weight);
    INDArray again = flat.get(NDArrayIndex.interval(4, 24)).reshape('c', 5, 4);
    assertThat(RowNorm.L2.of(again)).containsExactly(new double[] {1, 1, 1, 1, 1}, within(1e-6));
  }

  @Test
  void constraintsAreReadFromTheExperimentFile() {
    assertThat(Yaml.read("{threshold: 0.1}", "test.yaml", MaxNorm.class))
        .isEqualTo(new MaxNorm(0.1, RowNorm.L2, 1));
    assertThat(Yaml.read("{norm: inf}", "test.yaml", TauNorm.class))
        .isEqualTo(new TauNorm(1, RowNorm.INF));
    assertThatThrownBy(() -> new MaxNorm(-0.1, RowNorm.L2, 1)).hasMessageContaining("-0.1");
    assertThatThrownBy(() -> new TauNorm(Double.NaN, RowNorm.L2)).hasMessageContaining("NaN");
  }

  /** Rows of different lengths. */
  private static INDArray random(DataType type, int rows, int columns) {
    SplittableRandom random = RandomStreams.of(5);
    double[][] values = new double[rows][columns];
    for (int row = 0; row < rows; row++) {
      double scale = random.nextDouble(0.2, 3);
      Arrays.setAll(values[row], c -> scale * RandomStreams.gaussian(random));
    }
    return Nd4j.createFromArray(values).castTo(type);
  }
}
