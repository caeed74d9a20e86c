package longtail.nn.kernel;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.DirectConvolution;
import longtail.nn.kernel.cuda.GraphicsCard;
import longtail.nn.kernel.cuda.MapNumbers;
import longtail.nn.kernel.cuda.ProcessorDevice;
import longtail.nn.kernel.cuda.ProcessorDevice.Order;

/**
 * Sets of our CUDA kernels on the processor, and their devices; without a C++ compiler the test is
 * skipped. With {@code -Dlongtail.gpu=true} they are on the first GPU instead.
 */
final class CudaOnProcessor implements AutoCloseable {
  private static final boolean ON_GPU = Boolean.getBoolean("longtail.gpu");
  private static final Map<MapNumbers, GraphicsCard> CARDS = new EnumMap<>(MapNumbers.class);

  private final List<Device> devices = new ArrayList<>();

  /** A set with maps of {@code numbers} whose threads, on the processor, run in {@code order}. */
  Kernels kernels(MapNumbers numbers, Order order) {
    if (ON_GPU) {
      GraphicsCard card = CARDS.computeIfAbsent(numbers, asked -> GraphicsCard.open(0, asked));
      return TransferredKernels.of(
          new CudaKernels(card.device(), card.convolutions()), card.device());
    }
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
