package longtail.nn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import longtail.ErrorCode;
import longtail.LongTailException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphicsDeviceTest {
  @ParameterizedTest
  @CsvSource({"Tesla K80, 3, 7", "Tesla V100, 7, 0", "A100, 8, 0", "RTX 4090, 8, 9"})
  void devicesWithMachineCodeAreServed(String name, int major, int minor) {
    assertThatCode(() -> GraphicsDevice.requireServed(name, major, minor))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"Tesla K40, 3, 5", "H100, 9, 0", "B200, 10, 0"})
  void othersAreRefusedByNameWithWhatWorks(String name, int major, int minor) {
    assertThatThrownBy(() -> GraphicsDevice.requireServed(name, major, minor))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContaining(name)
        .hasMessageContaining("compute capability %d.%d".formatted(major, minor))
        .hasMessageContaining("use such a GPU, or the CPU build");
  }

  @Test
  void aDeviceThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> GraphicsDevice.requirePresent(2, 1))
        .hasMessageContaining("GPU 2")
        .hasMessageContaining("shows 1");
  }

  @Test
  void onACpuThereIsNothingToChoose() {
    assertThatCode(() -> GraphicsDevice.use(7)).doesNotThrowAnyException();
  }
}
