package longtail.nn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

/** Sums over many positions keep their digits, far from zero too. */
class OneDnnChannelSumsTest {
  @ParameterizedTest
  @CsvSource({"1, 3, 1, 1", "7, 5, 4, 3", "11, 20, 8, 8", "64, 16, 16, 16"})
  void ofProductsAndOfTheSecondMap(int batch, int channels, int height, int width) {
    MapShape shape = new MapShape(batch, height, width, channels);
    SplittableRandom random = RandomStreams.of(41, batch);
    float[] x = new float[(int) shape.positions() * channels];
    float[] y = new float[x.length];
    double[] products = new double[channels];
    double[] seconds = new double[channels];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (3 + RandomStreams.gaussian(random));
      y[i] = (float) (1 + RandomStreams.gaussian(random));
      products[i % channels] += (double) x[i] * y[i];
      seconds[i % channels] += y[i];
    }
    try (OneDnnChannelSums sums = new OneDnnChannelSums(shape)) {
      sums.run(Nd4j.createFromArray(x), Nd4j.createFromArray(y));
      for (int c = 0; c < channels; c++) {
        double positions = shape.positions();
        assertThat(sums.ofProducts(c) / positions).isCloseTo(products[c] / positions, within(1e-5));
        assertThat(sums.ofSecond(c) / positions).isCloseTo(seconds[c] / positions, within(3e-6));
      }
    }
  }
}
