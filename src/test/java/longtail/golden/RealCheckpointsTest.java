package longtail.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.backbone.Resnet32;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Mode;
import longtail.nn.weights.TorchCheckpoint;
import longtail.nn.weights.TorchWeights;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The published checkpoints, where they lie on this machine: in {@code torch-checkpoints/} of the
 * directory that the system property or environment variable {@code longtail.real.data} names
 * ({@code LONGTAIL_REAL_DATA} works, too), {@code ../shared/data} by default.
 */
class RealCheckpointsTest {
  private static final Path CHECKPOINTS =
      Path.of(
          Optional.ofNullable(System.getProperty("longtail.real.data"))
              .or(() -> Optional.ofNullable(System.getenv("longtail.real.data")))
              .or(() -> Optional.ofNullable(System.getenv("LONGTAIL_REAL_DATA")))
              .orElse("../shared/data"),
          "torch-checkpoints");
  private static final float[] MEAN = {125.3f, 123.0f, 113.9f};
  private static final float[] DEVIATION = {63.0f, 62.1f, 66.7f};

  @ParameterizedTest
  @CsvSource({
    "MetaSAug_cifar100_CE_imb0.005_ckpt.pth.tar, cifar100_CE_imb0.005, 100",
    "MetaSAug_cifar10_LDAM_imb0.01_ckpt.pth.tar, cifar10_LDAM_imb0.01, 10"
  })
  void featuresAndLogitsAreThoseOfTheAuthors(String name, String folder, int classes)
      throws IOException {
    Path file = CHECKPOINTS.resolve(name);
    assumeTrue(
        Files.exists(file), () -> "skipped: the published checkpoint " + file + " is absent");
    Architecture architecture =
        new Architecture(Resnet32.standard(), LinearHead.standard(), classes, 32, 32);
    try (InputStream in = Files.newInputStream(file);
        Network network = Network.create(architecture, DataType.DOUBLE, 1)) {
      TorchWeights.load(TorchCheckpoint.read(in, name), network, TorchWeights.Part.NETWORK);
      Activations out = network.forward(images(folder), Mode.EVAL);
      agree(out.features(), folder, "features.npy");
      agree(out.logits(), folder, "logits.npy");
    }
  }

  private static Tensor tensor(String folder, String name) throws IOException {
    return Npy.read(Files.readAllBytes(CHECKPOINTS.resolve(folder).resolve(name)));
  }

  /** Channels last; mean and deviation are float32, the rest is float64, as in the reference. */
  private static INDArray images(String folder) throws IOException {
    Tensor pixels = tensor(folder, "images_uint8_nchw.npy");
    double[] values = pixels.values();
    long[] shape = pixels.shape();
    int plane = (int) (shape[2] * shape[3]);
    for (int i = 0; i < values.length; i++) {
      int channel = i / plane % 3;
      values[i] = (values[i] / 255 - MEAN[channel] / 255) / (DEVIATION[channel] / 255);
    }
    return Nd4j.createFromArray(values).reshape('c', shape).permute(0, 2, 3, 1).dup('c');
  }

  private static void agree(INDArray got, String folder, String name) throws IOException {
    INDArray want = tensor(folder, name).array(DataType.DOUBLE);
    assertThat(got.shape()).isEqualTo(want.shape());
    assertThat(got.sub(want).amaxNumber().doubleValue()).as(name).isCloseTo(0, offset(1e-9));
  }
}
