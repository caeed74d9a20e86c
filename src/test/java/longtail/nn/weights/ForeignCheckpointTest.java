package longtail.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import longtail.Bits;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** The weights in files that others have written, whatever they are wrapped in and lie beside. */
class ForeignCheckpointTest {
  private static Network network(int width, long seed) {
    return Network.create(
        new Architecture(new CifarResnet(8, width, Shortcut.B), LinearHead.standard(), 5, 8, 8),
        DataType.DOUBLE,
        seed);
  }

  private static PretrainedWeights read(TorchFile file) {
    return PretrainedWeights.of(
        TorchCheckpoint.read(new ByteArrayInputStream(file.bytes()), "weights.pth"));
  }

  /** Checks that {@code file}, made of {@code from}, gives all of its parameters. */
  private static PretrainedWeights.Transfer arrives(Network from, TorchFile file) {
    PretrainedWeights weights = read(file);
    assertThat(weights.classes()).hasValue(5);
    try (Network to = network(4, 2)) {
      PretrainedWeights.Transfer transfer = weights.transfer(to);
      assertThat(transfer.fresh()).isEmpty();
      assertThat(Bits.of(to.parameters())).isEqualTo(Bits.of(from.parameters()));
      return transfer;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_orig_mod.",
        "module._orig_mod.",
        "_orig_mod.module.",
        "model.",
        "net.",
        "student.encoder.0.",
        "a.b.c.d.module."
      })
  void aCommonPrefixIsFound(String prefix) {
    try (Network from = network(4, 1)) {
      assertThat(arrives(from, TorchFile.of(from, prefix)).unused()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"net", "model", "state_dict_ema", "params", "own key", "weights"})
  void theKeyOfTheDictionaryDoesNotMatter(String key) {
    try (Network from = network(4, 1)) {
      assertThat(arrives(from, TorchFile.of(from, "model.").under(key)).unused()).isEmpty();
    }
  }

  @Test
  void backboneAndClassifierMayLieApart() {
    try (Network from = network(4, 1)) {
      TorchFile file = new TorchFile();
      double[] flat = from.parameters().dup().data().asDouble();
      for (ParameterBlock block : from.layout()) {
        double[] part = new double[(int) block.length()];
        System.arraycopy(flat, (int) block.offset(), part, 0, part.length);
        String name =
            block.head()
                ? "classifier.fc." + block.name().substring("classifier.".length())
                : "feature.net." + block.name();
        file.put(name, part, block.shape());
      }
      assertThat(arrives(from, file).unused()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cargparse\nNamespace\n)\u0081}X\u0001\u0000\u0000\u0000aK\u0001sb",
        "ccollections\ndeque\n)R(K\u0001K\u0002e",
        "cown\nTable\n)R(K\u0001K\u0002u",
        "cown\nTable\n)RK\u0001K\u0002s",
        "(iown\nOldClass\n",
        "(cown\nOlderClass\no",
        "cpathlib\nPosixPath\n(X\u0001\u0000\u0000\u0000/tR",
        "cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\u0000tK\u0000tR(K\u0001tb",
        "cposix\nsystem\n(X\u0009\u0000\u0000\u0000touch /xytR"
      })
  void objectsBesideTheWeightsArePassedOverUnreadAndNamed(String opcodes) {
    try (Network from = network(4, 1)) {
      PretrainedWeights.Transfer transfer = arrives(from, TorchFile.of(from, "").beside(opcodes));
      int start = opcodes.startsWith("(") ? 2 : 1;
      String module = opcodes.substring(start, opcodes.indexOf('\n'));
      assertThat(transfer.foreign()).anyMatch(name -> name.startsWith(module + "."));
      assertThat(transfer.summary()).contains("passed over unread: ").contains(module);
    }
  }

  @Test
  void aCheckpointMayBeATuple() {
    try (Network from = network(4, 1)) {
      arrives(from, TorchFile.of(from, "module.").inTuple());
    }
  }

  /** Versions before the zip container saved a module's class with its source text. */
  @Test
  void theClassOfAModuleIsPassedOver() {
    try (Network from = network(4, 1)) {
      String id =
          "(X\u0006\u0000\u0000\u0000modulecown\nNet\nX\u0001\u0000\u0000\u0000fX\u0001\u0000\u0000\u0000stQ";
      PretrainedWeights.Transfer transfer =
          arrives(from, TorchFile.of(from, "").beside(id + ")\u0081}b"));
      assertThat(transfer.foreign()).containsExactly("own.Net");
    }
  }

  @Test
  void anotherNetworkInTheFileIsSaidToBeUnused() {
    try (Network from = network(4, 1);
        Network other = network(4, 2)) {
      TorchFile file = TorchFile.of(from, "best.");
      double[] flat = other.parameters().dup().data().asDouble();
      for (ParameterBlock block : other.layout()) {
        int first = (int) block.offset();
        double[] part = Arrays.copyOfRange(flat, first, first + (int) block.length());
        file.put("last." + block.name(), part, block.shape());
      }
      PretrainedWeights.Transfer transfer = arrives(from, file);
      assertThat(transfer.unused())
          .hasSize(from.layout().size())
          .allMatch(name -> name.startsWith("last."));
      assertThat(transfer.summary()).contains("not used: last.").contains("more");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "version https://git-lfs.github.com/spec/v1 | git lfs pull",
        "<!DOCTYPE html><html> | it is a web page",
        "'\u001F\u008B\u0008' | unpack it first"
      })
  void whatIsNoCheckpointIsNamed(String content, String reason) {
    byte[] file = content.getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> TorchCheckpoint.read(new ByteArrayInputStream(file), "weights.pth"))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aDictionaryThatHoldsItselfEnds() {
    try (Network from = network(4, 1)) {
      arrives(from, TorchFile.of(from, "").under("own key").beside("}q\u0001K\u0001h\u0001s"));
    }
  }

  @Test
  void whereNothingFitsTheMessageListsBothSides() {
    try (Network from = network(4, 1);
        Network wider = network(8, 1)) {
      PretrainedWeights weights = read(TorchFile.of(from, "net."));
      assertThatThrownBy(() -> weights.transfer(wider))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("looked for conv1.weight [8, 3, 3, 3]")
          .hasMessageContaining("it holds net.");
    }
  }

  @Test
  void aTensorOutsideOfItsStorageIsRefused() {
    try (Network from = network(4, 1)) {
      TorchFile file = TorchFile.of(from, "").put("large", new double[] {1}, 1000, 1000);
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("lies outside of its storage");
    }
  }
}
