package longtail.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import longtail.Bits;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.TestNetworks;
import longtail.nn.backbone.Bilateral;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

class SafetensorsTest {
  @ParameterizedTest
  @CsvSource({"FLOAT, FLOAT32", "DOUBLE, FLOAT64"})
  void aNetworkComesBackToTheLastBit(DataType type, Safetensors.Width width) throws IOException {
    try (Network from = network(type, 1);
        Network to = network(type, 2)) {
      byte[] file = file(TorchWeights.tensors(from, TorchLayout.PLAIN), width);
      PretrainedWeights weights = PretrainedWeights.of(read(file));
      assertThat(weights.classes()).hasValue(5);
      PretrainedWeights.Transfer transfer = weights.transfer(to);
      assertThat(transfer.fresh()).isEmpty();
      assertThat(transfer.unused()).isEmpty();
      assertThat(Bits.of(to.parameters())).isEqualTo(Bits.of(from.parameters()));
    }
  }

  @Test
  void aNetworkWithTwoBranchesComesBackUnderThePapersNames() throws IOException {
    Bilateral backbone = new Bilateral(new CifarResnet(8, 4, Shortcut.A));
    try (Network from = TestNetworks.create(backbone, 8, DataType.FLOAT);
        Network to = TestNetworks.create(backbone, 8, DataType.FLOAT)) {
      List<Safetensors.Tensor> tensors = TorchWeights.tensors(from, TorchLayout.PLAIN);
      assertThat(tensors)
          .extracting(Safetensors.Tensor::name)
          .contains("cb_block.conv1.weight", "rb_block.bn2.running_var", "classifier.bias");
      to.parameters().assign(0);
      TorchWeights.load(
          read(file(tensors, Safetensors.Width.FLOAT32)), to, TorchWeights.Part.NETWORK);
      assertThat(Bits.of(to.parameters())).isEqualTo(Bits.of(from.parameters()));
    }
  }

  @Test
  void theHeaderIsThatOfTheFormat() throws IOException {
    byte[] file =
        file(
            List.of(new Safetensors.Tensor("a", new long[] {1, 2}, new double[] {1.5, -2})),
            Safetensors.Width.FLOAT32);
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) bytes.getLong(0);
    assertThat(new String(file, 8, length, StandardCharsets.UTF_8))
        .startsWith("{\"__metadata__\":{\"format\":\"pt\"},")
        .contains("\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}");
    assertThat((8 + length) % 8).isZero();
    assertThat(bytes.getFloat(8 + length)).isEqualTo(1.5f);
    assertThat(bytes.getFloat(12 + length)).isEqualTo(-2f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}} | lies outside",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,8]}} | must have 16 bytes, has 8",
        "{'a':{'dtype':'F8_E4M3','shape':[8],'data_offsets':[0,8]}} | F8_E4M3",
        "{'__metadata__':{}} | no tensors"
      })
  void aFileThatIsNotWholeIsRefusedByWhatIsWrong(String header, String expected) {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    byte[] file =
        ByteBuffer.allocate(16 + json.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array();
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("weights.safetensors")
        .hasMessageContaining(expected);
  }

  private static byte[] file(List<Safetensors.Tensor> tensors, Safetensors.Width width)
      throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    Safetensors.write(tensors, width, file);
    return file.toByteArray();
  }

  private static TorchCheckpoint read(byte[] file) {
    return TorchCheckpoint.read(new ByteArrayInputStream(file), "weights.safetensors");
  }

  private static Network network(DataType type, long seed) {
    return Network.create(
        new Architecture(new CifarResnet(8, 4, Shortcut.B), LinearHead.standard(), 5, 8, 8),
        type,
        seed);
  }
}
