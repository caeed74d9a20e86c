package longtail.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.Bilateral;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Resnext;
import longtail.nn.backbone.Shortcut;
import longtail.nn.backbone.SmallImageResnet;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.GlmcHead;
import longtail.nn.head.Head;
import longtail.nn.head.HeadWeights;
import longtail.nn.head.LinearHead;
import longtail.nn.head.LwsHead;
import longtail.nn.head.MetaEmbeddingHead;
import longtail.nn.layer.ConvolutionWeights;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;

class TorchLayoutTest {
  private static final int SIZE = 8;
  private static final CifarResnet CIFAR = new CifarResnet(8, 4, Shortcut.B);

  @TestFactory
  Stream<DynamicTest> whatIsExportedComesBackToTheBit() {
    List<Backbone> backbones =
        List.of(CIFAR, new Bilateral(CIFAR), SmallImageResnet.ofDepth(10), Resnet.ofDepth(10));
    List<Head> heads =
        List.of(
            LinearHead.standard(),
            new LwsHead(LwsHead.Bias.GIVEN),
            new GlmcHead(HeadWeights.KAIMING, 6),
            new MetaEmbeddingHead(16, 10, MetaEmbeddingHead.Memory.LEARNT));
    return backbones.stream()
        .flatMap(
            backbone ->
                heads.stream()
                    // the backbones are large, and a name does not depend on both
                    .filter(head -> backbone == CIFAR || head instanceof LinearHead)
                    .map(
                        head ->
                            DynamicTest.dynamicTest(
                                head + " on " + backbone, () -> comesBack(backbone, head))));
  }

  private static void comesBack(Backbone backbone, Head head) throws IOException {
    try (Network from = network(backbone, head, 1);
        Network to = network(backbone, head, 2)) {
      for (TorchLayout layout : TorchLayout.values()) {
        if (layout == TorchLayout.TORCHVISION && !(backbone instanceof Resnet)) {
          continue;
        }
        to.parameters().assign(0);
        PretrainedWeights.Transfer transfer = PretrainedWeights.of(read(from, layout)).transfer(to);
        assertThat(transfer.fresh()).as(layout.toString()).isEmpty();
        assertThat(transfer.unused()).as(layout.toString()).isEmpty();
        assertThat(Bits.of(to.parameters())).isEqualTo(Bits.of(from.parameters()));
      }
    }
  }

  @Test
  void torchvisionsNamesAreThoseOfItsModels() {
    assertThat(names(Resnet.ofDepth(10), TorchLayout.TORCHVISION))
        .startsWith("conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var")
        .contains("layer2.0.downsample.0.weight", "layer2.0.downsample.1.running_var")
        .endsWith("fc.weight", "fc.bias");
  }

  @Test
  void eachPaperHasItsOwn() {
    assertThat(names(CIFAR, TorchLayout.METASAUG)).contains("layer1.0.conv1.weight", "linear.bias");
    assertThat(names(CIFAR, TorchLayout.BAG_OF_TRICKS))
        .contains("backbone.layer1.0.conv1.weight", "classifier.bias");
    assertThat(names(new Bilateral(CIFAR), TorchLayout.BAG_OF_TRICKS))
        .contains("backbone.cb_block.conv1.weight", "backbone.rb_block.bn2.running_var");
    assertThat(names(CIFAR, TorchLayout.BALANCED_META_SOFTMAX))
        .contains("feat_model.layer1.0.conv1.weight", "classifier.fc.weight");
    assertThat(names(CIFAR, TorchLayout.GLMC)).contains("layer1.0.conv1.weight", "fc.weight");
    assertThat(names(SmallImageResnet.ofDepth(10), TorchLayout.GLMC))
        .contains(
            "conv1.0.weight",
            "conv1.1.running_mean",
            "conv2_x.0.residual_function.0.weight",
            "conv2_x.0.residual_function.4.running_var",
            "conv3_x.0.shortcut.0.weight",
            "conv5_x.0.residual_function.3.weight")
        .noneMatch(name -> name.startsWith("layer") || name.startsWith("bn1"));
  }

  @Test
  void torchvisionHasNoNetworksForSmallImages() {
    assertThatThrownBy(() -> names(CIFAR, TorchLayout.TORCHVISION))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("torchvision has no such network");
  }

  @Test
  void architecturesHaveTheirUsualNames() {
    assertThat(architecture(CIFAR)).isEqualTo("resnet8");
    assertThat(architecture(new CifarResnet(32, 16, Shortcut.A))).isEqualTo("resnet32");
    assertThat(architecture(new Bilateral(new CifarResnet(32, 16, Shortcut.A))))
        .isEqualTo("bilateral_resnet32");
    assertThat(architecture(SmallImageResnet.ofDepth(18))).isEqualTo("small_image_resnet18");
    for (int depth : new int[] {10, 18, 34, 50, 101, 152}) {
      assertThat(architecture(Resnet.ofDepth(depth))).isEqualTo("resnet" + depth);
    }
    assertThat(architecture(Resnext.ofDepth(50))).isEqualTo("resnext50_32x4d");
    assertThat(architecture(new Resnext(101, 32, 8, ConvolutionWeights.FAN_OUT)))
        .isEqualTo("resnext101_32x8d");
  }

  @Test
  void namesAreDistinct() {
    for (TorchLayout layout : TorchLayout.values()) {
      List<String> names = names(Resnet.ofDepth(10), layout);
      assertThat(Set.copyOf(names)).hasSameSizeAs(names);
    }
  }

  private static List<ParameterBlock> layout(Backbone backbone) {
    return new Architecture(backbone, LinearHead.standard(), 3, SIZE, SIZE).layout();
  }

  private static List<String> names(Backbone backbone, TorchLayout layout) {
    return layout.names(layout(backbone));
  }

  private static String architecture(Backbone backbone) {
    return HubConfig.architecture(layout(backbone));
  }

  private static Network network(Backbone backbone, Head head, long seed) {
    return Network.create(new Architecture(backbone, head, 3, SIZE, SIZE), DataType.FLOAT, seed);
  }

  private static TorchCheckpoint read(Network network, TorchLayout layout) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    Safetensors.write(TorchWeights.tensors(network, layout), Safetensors.Width.FLOAT32, file);
    return TorchCheckpoint.read(
        new ByteArrayInputStream(file.toByteArray()), "exported.safetensors");
  }
}
