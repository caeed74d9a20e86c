package longtail.nn.kernel.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.kernel.cuda.GraphicsCard;
import longtail.nn.kernel.cuda.MapNumbers;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What keeps a GPU from being used is one line that says what to install. */
class CudaRequirementsTest {
  private static void refuses(ThrowingCallable check, String reason, String remedy) {
    assertThatThrownBy(check)
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageStartingWith("Cannot use the kernels cudnn: ")
        .hasMessageContaining(reason)
        .hasMessageContaining(remedy)
        .hasMessageContaining("longtail.kernels=onednn")
        .hasMessageNotContaining("\n");
  }

  private static void throwMissing(String... messages) {
    Throwable failure = null;
    for (int i = messages.length - 1; i >= 0; i--) {
      failure = new Throwable(messages[i], failure);
    }
    throw CudaRequirements.missing(failure);
  }

  @ParameterizedTest
  @CsvSource({
    "libcuda.so.1, driver 580",
    "libcudart.so.13, CUDA 13 toolkit",
    "libnvrtc.so.13, CUDA 13 toolkit",
    "libcublasLt.so.13, CUDA 13 toolkit",
    "libcudnn_graph.so.9, cuDNN 9 for CUDA 13"
  })
  void aLibraryThatIsNotThereIsNamed(String library, String remedy) {
    refuses(
        () ->
            throwMissing(
                "no jnicudart in java.library.path",
                "/tmp/libjnicudart.so: " + library + ": cannot open shared object file"),
        library,
        remedy);
  }

  @Test
  void aBuildWithoutTheBindingsIsNamed() {
    refuses(
        () -> throwMissing("org/bytedeco/cuda/global/cudart"),
        "this build is without the bindings",
        "-Pcudnn");
  }

  @Test
  void otherFailuresOfTheLinkerAreQuoted() {
    refuses(() -> throwMissing("wrong ELF class"), "wrong ELF class", "CUDA 13 toolkit");
  }

  @Test
  void oldDriversRuntimesAndLibrariesAreRefused() {
    refuses(() -> CudaRequirements.requireDriver(12_080), "CUDA 12.8", "driver 580");
    refuses(() -> CudaRequirements.requireRuntime(12_040), "CUDA 12.4", "CUDA 13 toolkit");
    refuses(() -> CudaRequirements.requireCudnn(8_907), "cuDNN is 8907", "cuDNN 9");
    refuses(
        () -> CudaRequirements.requireOpened(100, "no CUDA-capable device is detected"),
        "no CUDA-capable device is detected",
        "driver 580");
    assertThatCode(
            () -> {
              CudaRequirements.requireDriver(13_000);
              CudaRequirements.requireRuntime(13_000);
              CudaRequirements.requireCudnn(90_000);
              CudaRequirements.requireOpened(0, "");
            })
        .doesNotThrowAnyException();
  }

  @Test
  void devicesThatAreNotThereOrTooOldOrFullAreRefused() {
    refuses(() -> CudaRequirements.requirePresent(1, 1), "no GPU 1", "CUDA_VISIBLE_DEVICES");
    refuses(
        () -> CudaRequirements.requireCapability("Tesla V100", 70),
        "'Tesla V100' has compute capability 7.0",
        "-Pcuda");
    refuses(
        () -> CudaRequirements.requireMemory("Tesla T4", 300L << 20),
        "'Tesla T4' has 300 MB free",
        "end what else runs on it");
    assertThatCode(
            () -> {
              CudaRequirements.requirePresent(0, 1);
              CudaRequirements.requireCapability("Tesla T4", 75);
              CudaRequirements.requireMemory("Tesla T4", 8L << 30);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void withoutADriverNothingElseIsTried() {
    assumeThat(Files.exists(Path.of("/dev/nvidia0"))).as("a GPU").isFalse();
    refuses(() -> GraphicsCard.open(0, MapNumbers.FLOAT32), "", "install");
  }
}
