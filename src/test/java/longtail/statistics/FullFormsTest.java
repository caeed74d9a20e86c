package longtail.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Forms of full covariances that are too wide for one block. */
class FullFormsTest {
  private static final int RIVALS = 5;
  private static final int WIDTH = 7;
  private static final int[] CLASSES = {0, 3, 4};

  private static INDArray gaussian(long number, long... shape) {
    SplittableRandom random = RandomStreams.of(31, number);
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, RandomStreams.gaussian(random));
    }
    return array;
  }

  /** One row of each product, three rows (the last block is shorter), all. */
  @ParameterizedTest
  @ValueSource(longs = {1, 3 * RIVALS * WIDTH, 1 << 20})
  void blocksDoNotMatter(long room) {
    INDArray w = gaussian(1, RIVALS, WIDTH);
    INDArray v = gaussian(2, RIVALS, WIDTH);
    INDArray root = gaussian(3, CLASSES.length, WIDTH, WIDTH);
    ClassRows covariances = new ClassRows(CLASSES, root.add(root.permute(0, 2, 1)).dup('c'));
    INDArray factors = gaussian(4, CLASSES.length, RIVALS);
    INDArray moving = gaussian(5, CLASSES.length, RIVALS);
    FullForms forms = new FullForms(room);
    INDArray gradWeight = Nd4j.zeros(DataType.DOUBLE, RIVALS, WIDTH);
    forms.addWeightGradient(covariances, w, factors, gradWeight);
    INDArray values = forms.values(covariances, w);
    INDArray tangent = forms.tangent(covariances, w, v);
    INDArray gradient = forms.covarianceGradient(CLASSES, w, factors).values().dup();
    INDArray moved = forms.covarianceGradientTangent(CLASSES, w, v, factors, moving).values().dup();
    INDArray wantGradWeight = Nd4j.zeros(DataType.DOUBLE, RIVALS, WIDTH);
    for (int k = 0; k < CLASSES.length; k++) {
      INDArray s = covariances.values().slice(k);
      INDArray wantGradient = Nd4j.zeros(DataType.DOUBLE, WIDTH, WIDTH);
      INDArray wantMoved = Nd4j.zeros(DataType.DOUBLE, WIDTH, WIDTH);
      for (int j = 0; j < RIVALS; j++) {
        INDArray d = apart(w, j, CLASSES[k]);
        INDArray e = apart(v, j, CLASSES[k]);
        assertThat(values.getDouble(k, j)).isCloseTo(form(d, s, d), offset());
        assertThat(tangent.getDouble(k, j)).isCloseTo(2 * form(d, s, e), offset());
        wantGradient.addi(outer(d, d).muli(factors.getDouble(k, j)));
        wantMoved.addi(outer(d, d).muli(moving.getDouble(k, j)));
        wantMoved.addi(outer(d, e).addi(outer(e, d)).muli(factors.getDouble(k, j)));
        INDArray part = d.mmul(s).muli(2 * factors.getDouble(k, j)).reshape(WIDTH);
        wantGradWeight.getRow(j).addi(part);
        wantGradWeight.getRow(CLASSES[k]).subi(part);
      }
      assertClose(gradient.slice(k), wantGradient);
      assertClose(moved.slice(k), wantMoved);
    }
    assertClose(gradWeight, wantGradWeight);
  }

  private static INDArray apart(INDArray matrix, int j, int c) {
    return matrix.getRow(j).sub(matrix.getRow(c)).reshape(1, WIDTH);
  }

  private static double form(INDArray left, INDArray square, INDArray right) {
    return left.mmul(square).mmul(right.transpose()).getDouble(0);
  }

  private static INDArray outer(INDArray left, INDArray right) {
    return left.transpose().mmul(right);
  }

  private static Offset<Double> offset() {
    return within(1e-11);
  }

  private static void assertClose(INDArray got, INDArray want) {
    assertThat(got.sub(want).amaxNumber().doubleValue()).isLessThan(1e-11);
  }
}
