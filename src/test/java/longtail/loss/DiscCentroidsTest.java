package longtail.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class DiscCentroidsTest {
  private static final double STEP = 1e-6;

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e3})
  void theGradientAtTheFeaturesIsThatOfCentralDifferences(double margin) {
    for (int number = 0; number < 5; number++) {
      SplittableRandom random = RandomStreams.of(13, number);
      int batch = 1 + random.nextInt(5);
      int classes = 2 + random.nextInt(5);
      int width = 1 + random.nextInt(4);
      INDArray features = Losses.gaussian(random, 1, batch, width);
      INDArray centroids = Losses.gaussian(random, 1, classes, width);
      int[] labels = random.ints(batch, 0, classes).toArray();
      DiscCentroids loss = new DiscCentroids(margin, 0.3);
      INDArray gradient = loss.evaluate(features, labels, centroids, 0.7).gradFeatures();
      for (int i = 0; i < features.length(); i++) {
        double kept = features.getDouble(i);
        features.putScalar(i, kept + STEP);
        double above = loss.evaluate(features, labels, centroids, 0.7).loss();
        features.putScalar(i, kept - STEP);
        double below = loss.evaluate(features, labels, centroids, 0.7).loss();
        features.putScalar(i, kept);
        assertThat(gradient.getDouble(i))
            .isCloseTo(0.7 * (above - below) / (2 * STEP), within(1e-6));
      }
    }
  }
}
