package longtail.nn.kernel;

import longtail.nn.kernel.cuda.MapNumbers;
import longtail.nn.kernel.cuda.ProcessorDevice.Order;
import org.junit.jupiter.api.AfterEach;

/** Our CUDA kernels, run on the processor, keep what {@link SynchronizedNormalizationTest} asks. */
class CudaSynchronizedNormalizationTest extends SynchronizedNormalizationTest {
  private final CudaOnProcessor processor = new CudaOnProcessor();

  @Override
  Kernels single() {
    return processor.kernels(MapNumbers.FLOAT32, Order.BACKWARD);
  }

  @Override
  int messagesAlone() {
    return 0;
  }

  @AfterEach
  void nobodyWroteBesideItsMemory() {
    processor.close();
  }
}
