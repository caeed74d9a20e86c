package longtail.nn;

import static longtail.nn.TestNetworks.CLASSES;
import static longtail.nn.TestNetworks.architecture;
import static longtail.nn.TestNetworks.images;
import static longtail.nn.TestNetworks.moveOffZero;
import static longtail.nn.TestNetworks.normal;
import static longtail.nn.TestNetworks.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Mode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The gradients of a network are those of central differences in float64. */
class NetworkGradientTest {
  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"BATCH_STATISTICS", "RUNNING_STATISTICS"})
  void gradientsAreThoseOfCentralDifferences(Mode mode) {
    for (Shortcut shortcut : Shortcut.values()) {
      try (Network network = Network.create(architecture(shortcut), DataType.DOUBLE, 5)) {
        moveOffZero(network);
        INDArray x = images(DataType.DOUBLE, 3);
        INDArray atFeatures = normal(1, DataType.DOUBLE, 3, network.featureWidth());
        INDArray atLogits = normal(2, DataType.DOUBLE, 3, CLASSES);
        network.forward(x, mode);
        network.backward(atFeatures, atLogits);
        INDArray gradient = network.gradients().dup();
        INDArray gradImages = network.imageGradient();
        SplittableRandom random = RandomStreams.of(8);
        for (ParameterBlock block : network.layout()) {
          if (!block.trainable()) {
            assertThat(part(gradient, block).amaxNumber().doubleValue()).isZero();
            continue;
          }
          long index = block.offset() + random.nextLong(block.length());
          double numeric =
              slope(network, network.parameters(), index, x, mode, atFeatures, atLogits);
          assertThat(gradient.getDouble(index))
              .as("%s %s", block.name(), shortcut)
              .isCloseTo(numeric, offset(1e-6 * (1 + Math.abs(numeric))));
        }
        long index = 3 * 37 + 1;
        double numeric =
            slope(
                network,
                x.reshape('c', new long[] {x.length()}),
                index,
                x,
                mode,
                atFeatures,
                atLogits);
        assertThat(gradImages.getDouble(index))
            .isCloseTo(numeric, offset(1e-6 * (1 + Math.abs(numeric))));
      }
    }
  }

  private static double slope(
      Network network,
      INDArray vector,
      long index,
      INDArray x,
      Mode mode,
      INDArray atFeatures,
      INDArray atLogits) {
    double step = 1e-6;
    double value = vector.getDouble(index);
    vector.putScalar(index, value + step);
    double above = objective(network.forward(x, mode), atFeatures, atLogits);
    vector.putScalar(index, value - step);
    double below = objective(network.forward(x, mode), atFeatures, atLogits);
    vector.putScalar(index, value);
    return (above - below) / (2 * step);
  }

  private static double objective(Activations out, INDArray atFeatures, INDArray atLogits) {
    return out.features().mul(atFeatures).sumNumber().doubleValue()
        + out.logits().mul(atLogits).sumNumber().doubleValue();
  }
}
