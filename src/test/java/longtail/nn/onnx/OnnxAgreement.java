package longtail.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.util.Map;
import java.util.Optional;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.TestNetworks;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.Stages;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.Head;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network and its export say the same of the same images. */
final class OnnxAgreement {
  static final int CLASSES = 5;
  static final int USUAL = 17;
  private static final double TOLERANCE = 1e-4;

  private OnnxAgreement() {}

  /** For one image and for five, of each version of the operators. */
  static void check(Backbone backbone, Head head, int... opsets) throws OrtException {
    int size = backbone.stages().stem() == Stages.Stem.LARGE ? 64 : 9;
    try (Network network = network(backbone, head, size)) {
      for (int opset : opsets) {
        try (OnnxRun run = OnnxRun.of(network, options(opset, anySize()))) {
          for (int batch : new int[] {1, 5}) {
            INDArray images = TestNetworks.images(batch, DataType.FLOAT, batch, size);
            Activations expected = network.forward(images, Mode.EVAL);
            assertClose(run.of(images, OnnxExport.LOGITS), expected.logits());
            assertClose(run.of(images, OnnxExport.FEATURES), expected.features());
          }
        }
      }
    }
  }

  static OnnxInput anySize() {
    return new OnnxInput(Optional.empty(), Optional.empty());
  }

  static OnnxOptions options(int opset, OnnxInput input) {
    return new OnnxOptions(opset, input, Optional.empty(), Map.of());
  }

  /** A network whose every parameter has a part in the result, and whose values stay moderate. */
  static Network network(Backbone backbone, Head head, int size) {
    Network network =
        Network.create(new Architecture(backbone, head, CLASSES, size, size), DataType.FLOAT, 3);
    for (ParameterBlock block : network.layout()) {
      INDArray part = TestNetworks.part(network.parameters(), block);
      INDArray draws = TestNetworks.normal(block.offset(), DataType.FLOAT, block.shape());
      if (block.role() == Role.NORM_SHIFT || block.role() == Role.RUNNING_MEAN) {
        part.assign(draws.muli(0.1));
      } else if (block.role() == Role.NORM_SCALE || block.role() == Role.RUNNING_VARIANCE) {
        double centre = block.role() == Role.NORM_SCALE ? 0.7 : 1;
        part.assign(draws.muli(0.1).addi(centre));
      } else if (block.name().endsWith("conv_mask.weight") || block.name().endsWith("scales")) {
        part.addi(draws.muli(0.1));
      }
    }
    return network;
  }

  static void assertClose(float[][] actual, INDArray expected) {
    assertThat(actual).hasDimensions((int) expected.size(0), (int) expected.size(1));
    double difference =
        Nd4j.create(actual).sub(expected.castTo(DataType.FLOAT)).amaxNumber().doubleValue();
    double scale = Math.max(1, expected.amaxNumber().doubleValue());
    assertThat(difference / scale).isLessThan(TOLERANCE);
  }
}
