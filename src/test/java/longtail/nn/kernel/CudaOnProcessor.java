package longtail.nn.kernel;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.List;
import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.DirectConvolution;
import longtail.nn.kernel.cuda.MapNumbers;
import longtail.nn.kernel.cuda.ProcessorDevice;
import longtail.nn.kernel.cuda.ProcessorDevice.Order;

/**
 * Sets of our CUDA kernels on the processor, and their devices; without a C++ compiler the test is
 * skipped.
 */
final class CudaOnProcessor implements AutoCloseable {
  private final List<Device> devices = new ArrayList<>();

  /** A set with maps of {@code numbers} whose threads run in {@code order}. */
  Kernels kernels(MapNumbers numbers, Order order) {
    Device device = ProcessorDevice.of(numbers, order).orElse(null);
    assumeThat(device).as("a C++ compiler, which this host lacks").isNotNull();
    synchronized (devices) {
      devices.add(device);
    }
    return new CudaKernels(device, extents -> new DirectConvolution(device, extents));
  }

  /** Fails if a kernel wrote beside the memory of a device. */
  @Override
  public void close() {
    devices.forEach(Device::close);
  }
}
