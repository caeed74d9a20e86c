package longtail.nn.kernel;

import longtail.nn.kernel.cuda.MapNumbers;
import longtail.nn.kernel.cuda.ProcessorDevice.Order;
import org.junit.jupiter.api.AfterEach;

/** Our CUDA kernels, run on the processor, keep what {@link KernelInPlaceTest} asks. */
class CudaKernelInPlaceTest extends KernelInPlaceTest {
  private CudaOnProcessor processor;

  @Override
  Kernels kernels() {
    processor = new CudaOnProcessor();
    return processor.kernels(MapNumbers.FLOAT32, Order.FORWARD);
  }

  @AfterEach
  void nobodyWroteBesideItsMemory() {
    processor.close();
  }
}
