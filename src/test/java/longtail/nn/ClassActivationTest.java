package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.image.ActivationMap;
import longtail.nn.backbone.Attention;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.nn.head.LwsHead;
import longtail.nn.layer.ConvolutionWeights;
import longtail.nn.layer.Mode;
import longtail.nn.weights.PretrainedWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ClassActivationTest {
  private static final int CLASSES = 5;
  private static final int SIZE = 16;

  private static Network network(Backbone backbone, Head head, DataType type) {
    return Network.create(new Architecture(backbone, head, CLASSES, SIZE, SIZE), type, 3);
  }

  private static INDArray images(DataType type, int batch) {
    double[] numbers = RandomStreams.of(7).doubles((long) batch * SIZE * SIZE * 3).toArray();
    return Nd4j.createFromArray(numbers).reshape('c', batch, SIZE, SIZE, 3).castTo(type);
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void theFeaturesAreTheMeanOfTheFeatureMapInEveryMode(Mode mode) {
    try (Network network =
        network(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), DataType.FLOAT)) {
      INDArray features = network.forward(images(DataType.FLOAT, 3), mode).features();
      INDArray map = network.featureMap();
      assertThat(map.shape()).containsExactly(3, 4, 4, 16);
      assertThat(map.mean(1, 2).distance2(features)).isLessThan(1e-5);
    }
  }

  @Test
  void theFeatureMapNeedsAForwardPassThatNothingHasUsedUp() {
    try (Network network =
        network(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), DataType.FLOAT)) {
      assertThatThrownBy(network::featureMap).hasMessageContaining("forward pass right before");
      network.forward(images(DataType.FLOAT, 2), Mode.TRAIN);
      network.backward(Nd4j.zeros(DataType.FLOAT, 2, CLASSES));
      assertThatThrownBy(network::featureMap).hasMessageContaining("forward pass right before");
    }
  }

  @Test
  void featuresThatAreNoMeanHaveNoMap() {
    Resnet projecting = new Resnet(10, ConvolutionWeights.FAN_OUT, 32, Attention.NONE, 6);
    try (Network network = network(projecting, LinearHead.standard(), DataType.FLOAT)) {
      network.forward(images(DataType.FLOAT, 1), Mode.EVAL);
      assertThatThrownBy(network::featureMap)
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("projection");
    }
  }

  @Test
  void aMapIsTheShareOfEachPlaceInTheLogitStretched() {
    int[] labels = {4, 0};
    try (Network network =
        network(new CifarResnet(8, 4, Shortcut.B), LinearHead.standard(), DataType.DOUBLE)) {
      INDArray logits = network.forward(images(DataType.DOUBLE, 2), Mode.EVAL).logits();
      INDArray map = network.featureMap();
      INDArray weight = block(network, "classifier.weight");
      INDArray bias = block(network, "classifier.bias");
      List<ActivationMap> maps = ClassActivation.of(network).maps(map, labels);
      for (int i = 0; i < labels.length; i++) {
        INDArray shares =
            map.slice(i).dup('c').reshape('c', 16, 16).mmul(weight.getRow(labels[i]).dup());
        assertThat(shares.meanNumber().doubleValue() + bias.getDouble(labels[i]))
            .isCloseTo(logits.getDouble(i, labels[i]), within(1e-9));
        assertThat(maps.get(i)).isEqualTo(ActivationMap.of(4, 4, shares.toDoubleVector()));
      }
    }
  }

  @Test
  void scalesOfAHeadChangeNoMap() {
    CifarResnet backbone = new CifarResnet(8, 4, Shortcut.A);
    try (Network linear = network(backbone, LinearHead.standard(), DataType.DOUBLE);
        Network scaled = network(backbone, new LwsHead(LwsHead.Bias.GIVEN), DataType.DOUBLE)) {
      PretrainedWeights.of(linear, "linear").transfer(scaled);
      block(scaled, "classifier.scales").assign(7);
      linear.forward(images(DataType.DOUBLE, 1), Mode.EVAL);
      scaled.forward(images(DataType.DOUBLE, 1), Mode.EVAL);
      assertThat(ClassActivation.of(scaled).maps(scaled.featureMap(), 2))
          .isEqualTo(ClassActivation.of(linear).maps(linear.featureMap(), 2));
    }
  }

  private static INDArray block(Network network, String name) {
    ParameterBlock block =
        network.layout().stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow();
    return network
        .parameters()
        .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .reshape('c', block.shape());
  }
}
