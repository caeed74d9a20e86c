package longtail.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import longtail.Bits;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.GlmcHead;
import longtail.nn.head.Head;
import longtail.nn.head.HeadWeights;
import longtail.nn.head.LinearHead;
import longtail.nn.head.LwsHead;
import longtail.nn.head.MetaEmbeddingHead;
import longtail.nn.weights.PretrainedWeights.Transfer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

class PretrainedWeightsTest {
  private static Network network(Head head, int classes, int width, long seed) {
    return Network.create(
        new Architecture(new CifarResnet(8, width, Shortcut.A), head, classes, 8, 8),
        DataType.FLOAT,
        seed);
  }

  private static INDArray tensor(Network network, String name) {
    ParameterBlock block =
        network.layout().stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow();
    return network
        .parameters()
        .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
  }

  private static PretrainedWeights trained(Head head) {
    try (Network source = network(head, 5, 4, 1)) {
      return PretrainedWeights.of(source, "trained");
    }
  }

  @Test
  void anEqualNetworkTakesEverything() {
    try (Network source = network(LinearHead.standard(), 5, 4, 1);
        Network target = network(LinearHead.standard(), 5, 4, 2)) {
      Transfer transfer = PretrainedWeights.of(source, "source").transfer(target);
      assertThat(Bits.of(target.parameters())).isEqualTo(Bits.of(source.parameters()));
      assertThat(transfer.fresh()).isEmpty();
      assertThat(transfer.unused()).isEmpty();
    }
  }

  @Test
  void otherClassesLeaveTheClassifierFreshAndSaySo() {
    try (Network target = network(LinearHead.standard(), 7, 4, 2)) {
      INDArray before = tensor(target, "classifier.weight").dup();
      Transfer transfer = trained(LinearHead.standard()).transfer(target);
      assertThat(Bits.of(tensor(target, "classifier.weight"))).isEqualTo(Bits.of(before));
      assertThat(transfer.fresh()).containsExactly("classifier.weight", "classifier.bias");
      assertThat(transfer.summary()).contains("classifier.weight");
    }
  }

  @Test
  void scalesAreLearntOnTheClassifierThatWasTrained() {
    try (Network source = network(LinearHead.standard(), 5, 4, 1);
        Network target = network(new LwsHead(LwsHead.Bias.GIVEN), 5, 4, 2)) {
      Transfer transfer = PretrainedWeights.of(source, "source").transfer(target);
      assertThat(tensor(target, "classifier.fc.weight"))
          .isEqualTo(tensor(source, "classifier.weight"));
      assertThat(tensor(target, "classifier.fc.bias")).isEqualTo(tensor(source, "classifier.bias"));
      assertThat(tensor(target, "classifier.scales").sumNumber().doubleValue()).isEqualTo(5);
      assertThat(transfer.fresh()).containsExactly("classifier.scales");
    }
  }

  @Test
  void theClassifierSaysWhatAMemoryHasForAnImage() {
    Head remembering = new MetaEmbeddingHead(16, 10, MetaEmbeddingHead.Memory.FIXED);
    try (Network source = network(LinearHead.standard(), 5, 4, 1);
        Network target = network(remembering, 5, 4, 2);
        Network same = network(remembering, 5, 4, 3)) {
      Transfer transfer = PretrainedWeights.of(source, "source").transfer(target);
      assertThat(tensor(target, "classifier.fc_hallucinator.weight"))
          .isEqualTo(tensor(source, "classifier.weight"));
      assertThat(tensor(target, "classifier.fc_hallucinator.bias"))
          .isEqualTo(tensor(source, "classifier.bias"));
      assertThat(transfer.fresh()).contains("classifier.centroids");
      assertThat(transfer.unused()).isEmpty();
      PretrainedWeights.of(target, "target").transfer(same);
      assertThat(Bits.of(same.parameters())).isEqualTo(Bits.of(target.parameters()));
    }
  }

  @Test
  void oneClassifierOfGlmcIsTheRebalancedOne() {
    GlmcHead glmc = new GlmcHead(HeadWeights.KAIMING, 6);
    try (Network source = network(glmc, 5, 4, 1);
        Network target = network(LinearHead.standard(), 5, 4, 2);
        Network same = network(glmc, 5, 4, 3)) {
      PretrainedWeights weights = PretrainedWeights.of(source, "source");
      Transfer transfer = weights.transfer(target);
      assertThat(tensor(target, "classifier.weight")).isEqualTo(tensor(source, "fc_cb.weight"));
      assertThat(transfer.unused()).contains("projection_head.0.weight", "contrast_head.0.bias");
      weights.transfer(same);
      assertThat(Bits.of(same.parameters())).isEqualTo(Bits.of(source.parameters()));
    }
  }

  @Test
  void anotherBackboneIsRefusedAndTheNetworkStays() {
    try (Network target = network(LinearHead.standard(), 5, 8, 2)) {
      INDArray before = target.parameters().dup();
      assertThatThrownBy(() -> trained(LinearHead.standard()).transfer(target))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("trained")
          .hasMessageContaining("conv1.weight");
      assertThat(Bits.of(target.parameters())).isEqualTo(Bits.of(before));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "module.encoder_q.layer1.0.conv1.weight, layer1.0.conv1.weight",
    "conv1.0.weight, conv1.weight",
    "conv1.1.running_mean, bn1.running_mean",
    "conv2_x.1.residual_function.0.weight, layer1.1.conv1.weight",
    "module.conv5_x.0.residual_function.7.bias, layer4.0.bn3.bias",
    "conv3_x.0.residual_function.4.weight, layer2.0.bn2.weight",
    "conv3_x.0.residual_function.6.weight, layer2.0.conv3.weight",
    "conv4_x.0.shortcut.1.running_var, layer3.0.downsample.1.running_var",
    "fc_cb.weight, fc_cb.weight",
    "classifier.scales, classifier.scales",
    "classifier.module.fc.bias, classifier.bias"
  })
  void namesOfThePapersAreOurs(String name, String plain) {
    assertThat(TorchWeights.plain(name)).isEqualTo(plain);
  }

  @Test
  void theSummaryNamesWhatWasNotUsed() {
    assertThat(new Transfer(List.of("a", "b"), List.of(), List.of("c"), List.of()).summary())
        .isEqualTo("2 tensors taken; left as they were: none; not used: c");
    assertThat(new Transfer(List.of("a"), List.of(), List.of(), List.of("own.Meter")).summary())
        .endsWith("not used: none; passed over unread: own.Meter");
  }
}
