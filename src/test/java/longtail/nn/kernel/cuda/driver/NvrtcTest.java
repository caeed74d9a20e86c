package longtail.nn.kernel.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import longtail.LongTailException;
import longtail.nn.kernel.cuda.KernelSource;
import longtail.nn.kernel.cuda.MapNumbers;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where NVIDIA's run-time compiler is installed, it takes our kernels; it needs no GPU. */
@Tag("slow")
class NvrtcTest {
  @BeforeAll
  static void theCompilerIsInstalled() {
    String missing = "";
    try {
      Loader.load(nvrtc.class);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      missing = String.valueOf(e.getMessage());
    }
    assumeThat(missing).as("what the linker misses of NVRTC").isEmpty();
  }

  /** Turing, A100, RTX 30, RTX 40, Hopper, B200, RTX 50. */
  @ParameterizedTest
  @ValueSource(ints = {75, 80, 86, 89, 90, 100, 120})
  void theKernelsCompileForEveryKindOfGpuThatItKnows(int architecture) {
    assumeThat(Nvrtc.architectures()).contains(architecture);
    for (MapNumbers numbers : MapNumbers.values()) {
      String code = new String(Nvrtc.compile(numbers, architecture), StandardCharsets.ISO_8859_1);
      assertThat(code).startsWith("\u007fELF");
      assertThat(KernelSource.names()).allMatch(code::contains);
    }
  }

  @Test
  void aKindThatItDoesNotKnowIsAClearLine() {
    assertThat(List.of(10)).doesNotContainAnyElementsOf(Nvrtc.architectures());
    assertThatThrownBy(() -> Nvrtc.compile(MapNumbers.FLOAT32, 10))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("compute capability 1.0")
        .hasMessageContaining("install a newer CUDA toolkit")
        .hasMessageNotContaining("\n");
  }
}
