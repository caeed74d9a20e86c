package longtail.nn.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The same network in files that PyTorch itself has written in the manner of several programs, see
 * {@code torch-layouts.py}: each gives all of its parameters.
 */
class TorchLayoutsTest {
  private static Map<String, byte[]> files() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (InputStream in = new FileInputStream("src/test/resources/nn/torch-layouts.zip");
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), zip.readAllBytes());
      }
    }
    return files;
  }

  @Test
  void theLayoutsOfThePapersAndOfUsualProgramsAreThere() throws IOException {
    assertThat(files().keySet())
        .containsExactlyInAnyOrder(
            "bag-of-tricks.pth",
            "classifier-balancing.pth",
            "compiled.pth",
            "data-parallel-compiled.pth",
            "data-parallel.pth",
            "lightning.pth",
            "metasaug-parallel.pth",
            "metasaug.pth",
            "moco.pth",
            "openmmlab.pth",
            "timm.pth",
            "torchvision.pth");
  }

  @TestFactory
  Stream<DynamicTest> allParametersArrive() throws IOException {
    return files().entrySet().stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    file.getKey(), () -> arrives(file.getKey(), file.getValue())));
  }

  private static void arrives(String name, byte[] file) {
    PretrainedWeights weights =
        PretrainedWeights.of(TorchCheckpoint.read(new ByteArrayInputStream(file), name));
    assertThat(weights.classes()).hasValue(5);
    Architecture architecture =
        new Architecture(new CifarResnet(8, 4, Shortcut.B), LinearHead.standard(), 5, 8, 8);
    try (Network network = Network.create(architecture, DataType.FLOAT, 1)) {
      PretrainedWeights.Transfer transfer = weights.transfer(network);
      assertThat(transfer.fresh()).isEmpty();
      assertThat(transfer.taken()).hasSameSizeAs(network.layout());
      int place = 0;
      for (ParameterBlock block : network.layout()) {
        for (int i = 0; i < block.length(); i++) {
          assertThat(network.parameters().getFloat(block.offset() + i))
              .as("%s %d", block.name(), i)
              .isEqualTo((place * 31 + i * 7) % 17 / 8f);
        }
        place++;
      }
    }
  }
}
