package longtail.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class FlatVectorTest {
  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void numbersAreCopiedInCOrderWhereverTheyLie(DataType type) {
    INDArray whole = Nd4j.arange(24).castTo(type).reshape('c', 4, 6);
    INDArray rows = whole.get(NDArrayIndex.interval(1, 3), NDArrayIndex.all());
    assertThat(FlatVector.copyOf(rows)).isEqualTo(range(type, 6, 18));
    INDArray columns = whole.get(NDArrayIndex.all(), NDArrayIndex.interval(2, 4));
    assertThat(numbers(FlatVector.copyOf(columns))).containsExactly(2, 3, 8, 9, 14, 15, 20, 21);
    assertThat(FlatVector.copyOf(whole.dup('f'))).isEqualTo(range(type, 0, 24));
    assertThat(FlatVector.copyOf(Nd4j.createFromArray(1, 2)).type()).isEqualTo(DataType.FLOAT);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void numbersAreSetInCOrderWhereverTheyLie(DataType type) {
    for (DataType other : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      INDArray whole = Nd4j.zeros(type, 4, 6);
      range(other, 6, 18).copyTo(whole.get(NDArrayIndex.interval(1, 3), NDArrayIndex.all()));
      assertThat(whole.getRow(1).toDoubleVector()).startsWith(6, 7, 8, 9, 10);
      assertThat(whole.getRow(2).toDoubleVector()).startsWith(12, 13, 14, 15, 16);
      assertThat(whole.getRow(3).getDouble(0)).isZero();
      INDArray columns = Nd4j.zeros(type, 6, 4).transpose();
      range(other, 0, 24).copyTo(columns);
      assertThat(numbers(FlatVector.copyOf(columns)))
          .containsExactly(numbers(range(DataType.DOUBLE, 0, 24)));
    }
  }

  @Test
  void whatIsNotFiniteIsNoticed() {
    assertThat(FlatVector.of(1.0f, -Float.MAX_VALUE).isFinite()).isTrue();
    assertThat(FlatVector.of(1.0f, Float.NaN).isFinite()).isFalse();
    assertThat(FlatVector.of(Double.NEGATIVE_INFINITY, 1.0).isFinite()).isFalse();
    assertThat(FlatVector.of(1.0, 2.0).isFinite()).isTrue();
  }

  private static FlatVector range(DataType type, int from, int to) {
    return FlatVector.copyOf(Nd4j.arange(from, to).castTo(type));
  }

  private static double[] numbers(FlatVector vector) {
    return vector.toArray().toDoubleVector();
  }
}
