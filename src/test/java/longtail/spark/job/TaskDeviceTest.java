package longtail.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import longtail.LongTailException;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;

class TaskDeviceTest {
  @Test
  void aTaskComputesOnTheGpuWhoseAddressItWasGiven() {
    assertThat(TaskDevice.of(Map.of("gpu", gpu("3", "4")))).hasValue(3);
  }

  @Test
  void aTaskWithoutAGpuChoosesNone() {
    assertThat(TaskDevice.of(Map.of())).isEmpty();
    assertThat(TaskDevice.of(Map.of("gpu", gpu()))).isEmpty();
    assertThat(TaskDevice.current()).isEmpty();
  }

  @Test
  void anAddressThatIsNoNumberIsNamed() {
    assertThatThrownBy(() -> TaskDevice.of(Map.of("gpu", gpu("GPU-8a56"))))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("GPU-8a56")
        .hasMessageContaining("discovery script");
  }

  private static ResourceInformation gpu(String... addresses) {
    return new ResourceInformation("gpu", addresses);
  }
}
