package longtail.nn.kernel;

import longtail.nn.kernel.OneDnnKernels.Arithmetic;
import longtail.nn.kernel.cuda.MapNumbers;
import longtail.nn.kernel.cuda.ProcessorDevice.Order;
import org.junit.jupiter.api.AfterEach;

/**
 * Our CUDA kernels on bfloat16 maps, run on the processor, keep what {@link Bfloat16KernelTest}
 * asks.
 */
class CudaBfloat16KernelTest extends Bfloat16KernelTest {
  private final CudaOnProcessor processor = new CudaOnProcessor();

  @Override
  Kernels kernels(Arithmetic arithmetic) {
    return processor.kernels(MapNumbers.BFLOAT16, Order.FORWARD);
  }

  @AfterEach
  void nobodyWroteBesideItsMemory() {
    processor.close();
  }
}
