package longtail.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NegativeCosineTest {
  private static final double STEP = 1e-6;

  private final NegativeCosine loss = new NegativeCosine();

  @Test
  void theGradientIsThatOfCentralDifferences() {
    for (int number = 0; number < 8; number++) {
      SplittableRandom random = RandomStreams.of(17, number);
      int batch = 1 + random.nextInt(5);
      int width = 1 + random.nextInt(6);
      INDArray predictions = Losses.gaussian(random, 1, batch, width);
      INDArray targets = Losses.gaussian(random, 2, batch, width);
      INDArray gradient = loss.evaluate(predictions, targets).gradPredictions().dup();
      for (int i = 0; i < predictions.length(); i++) {
        double kept = predictions.getDouble(i);
        predictions.putScalar(i, kept + STEP);
        double above = loss.evaluate(predictions, targets).value();
        predictions.putScalar(i, kept - STEP);
        double below = loss.evaluate(predictions, targets).value();
        predictions.putScalar(i, kept);
        assertThat(gradient.getDouble(i)).isCloseTo((above - below) / (2 * STEP), within(1e-7));
      }
    }
  }

  @Test
  void lengthsDoNotMatterUnlessTheyVanish() {
    INDArray p = Nd4j.createFromArray(new double[][] {{3, 4}});
    INDArray z = Nd4j.createFromArray(new double[][] {{4, 3}});
    for (double scale : new double[] {1e-6, 1, 1e100}) {
      assertThat(loss.evaluate(p.mul(scale), z.mul(scale)).value()).isCloseTo(-0.96, within(1e-12));
    }
    assertThat(loss.evaluate(p.mul(1e-10), z).value()).isCloseTo(-0.048, within(1e-12));
    assertThat(loss.evaluate(p.mul(0), z).gradPredictions().toDoubleVector())
        .containsExactly(new double[] {-0.8e8, -0.6e8}, within(1e-6));
  }

  @Test
  void theGradientHasTheTypeOfThePredictions() {
    INDArray p = Nd4j.ones(DataType.FLOAT, 2, 3);
    assertThat(loss.evaluate(p, p).gradPredictions().dataType()).isEqualTo(DataType.FLOAT);
  }

  @Test
  void otherShapesAreRefused() {
    assertThatThrownBy(() -> loss.evaluate(Nd4j.ones(2, 3), Nd4j.ones(2, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[2, 3] and [2, 4]");
  }
}
