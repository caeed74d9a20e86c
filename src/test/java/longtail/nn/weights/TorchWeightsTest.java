package longtail.nn.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.util.Arrays;
import longtail.Bits;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.nn.weights.TorchWeights.Part;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class TorchWeightsTest {
  @Test
  void bbnsCheckpointsNameTheSameBlocks() {
    assertThat(TorchWeights.plain("module.backbone.cb_block.bn2.running_var"))
        .isEqualTo("cb_block.bn2.running_var");
    assertThat(TorchWeights.plain("module.classifier.weight")).isEqualTo("classifier.weight");
  }

  private static Network network(int classes, long seed) {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.B), LinearHead.standard(), classes, 8, 8),
        DataType.DOUBLE,
        seed);
  }

  private static TorchCheckpoint read(byte[] file) {
    return TorchCheckpoint.read(new ByteArrayInputStream(file), "weights.pth");
  }

  private static void load(TorchFile file, Network network, Part part) {
    TorchWeights.load(read(file.bytes()), network, part);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "module.", "module.backbone.", "feat_model.module."})
  void tensorsArriveWhateverTheirPrefix(String prefix) {
    try (Network from = network(5, 1);
        Network to = network(5, 2)) {
      load(TorchFile.of(from, prefix), to, Part.NETWORK);
      assertThat(Bits.of(to.parameters())).isEqualTo(Bits.of(from.parameters()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "module.fc.weight, classifier.weight",
    "linear.bias, classifier.bias",
    "classifier.module.fc.weight, classifier.weight",
    "module.backbone.layer1.0.bn1.running_mean, layer1.0.bn1.running_mean",
    "layer4.0.downsample.0.weight, layer4.0.downsample.0.weight",
    "fc_cb.weight, fc_cb.weight",
    "module.backbone.fr.conv1.weight, layer3.4.conv1.weight"
  })
  void namesLoseTheirWrappers(String name, String plain) {
    assertThat(TorchWeights.plain(name)).isEqualTo(plain);
  }

  @Test
  void countersOfBatchesAreOfNoInterest() {
    try (Network from = network(5, 1);
        Network to = network(5, 2)) {
      TorchFile file = TorchFile.of(from, "").put("bn1.num_batches_tracked", new double[] {7});
      load(file, to, Part.NETWORK);
      assertThat(Bits.of(to.parameters())).isEqualTo(Bits.of(from.parameters()));
    }
  }

  @Test
  void theBackboneAloneFitsAnotherNumberOfClasses() {
    try (Network from = network(5, 1);
        Network to = network(9, 2);
        Network fresh = network(9, 2)) {
      load(TorchFile.of(from, ""), to, Part.BACKBONE);
      double[] expected = fresh.parameters().dup().data().asDouble();
      double[] source = from.parameters().dup().data().asDouble();
      for (ParameterBlock block : to.layout()) {
        if (!block.head()) {
          System.arraycopy(
              source, (int) block.offset(), expected, (int) block.offset(), (int) block.length());
        }
      }
      assertThat(to.parameters().dup().data().asDouble()).isEqualTo(expected);
    }
  }

  @Test
  void whatDoesNotFitIsNamedAndChangesNothing() {
    try (Network from = network(5, 1);
        Network to = network(9, 2)) {
      INDArray before = to.parameters().dup();
      TorchFile file =
          TorchFile.of(from, "").remove("bn1.weight").put("extra", new double[] {1}, 1);
      assertThatThrownBy(() -> load(file, to, Part.NETWORK))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("weights.pth")
          .hasMessageContaining("lacks bn1.weight")
          .hasMessageContaining("classifier.weight [5, 16] instead of [9, 16]")
          .hasMessageContaining("unknown tensors: extra");
      assertThat(Bits.of(to.parameters())).isEqualTo(Bits.of(before));
    }
  }

  @Test
  void aPickleOfSomethingElseIsRefused() {
    String hostile = "\u0080\u0002cposix\nsystem\n(X\u0004\u0000\u0000\u0000echotR.";
    assertThatThrownBy(() -> read(hostile.getBytes(ISO_8859_1)))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("does not begin as a file of torch.save");
  }

  @Test
  void filesThatAreCutShortAreRefused() {
    try (Network from = network(5, 1)) {
      byte[] file = TorchFile.of(from, "").bytes();
      for (int length : new int[] {0, 1, 3, 100, file.length / 2, file.length - 1}) {
        assertThatThrownBy(() -> read(Arrays.copyOf(file, length)))
            .as("%d bytes", length)
            .isInstanceOf(LongTailException.class)
            .hasMessageContaining("Cannot read the PyTorch checkpoint weights.pth");
      }
    }
  }
}
