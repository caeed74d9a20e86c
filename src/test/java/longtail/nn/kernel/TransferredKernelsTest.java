package longtail.nn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import longtail.Bits;
import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.DirectConvolution;
import longtail.nn.kernel.cuda.MapNumbers;
import longtail.nn.kernel.cuda.ProcessorDevice;
import longtail.nn.kernel.cuda.ProcessorDevice.Order;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Kernels of another memory, for arrays of the host, keep what {@link KernelContractTest} asks. */
class TransferredKernelsTest extends KernelContractTest {
  private Device device;

  @Override
  Kernels kernels() {
    device = ProcessorDevice.of(MapNumbers.FLOAT32, Order.BACKWARD).orElse(null);
    assumeThat(device).as("a C++ compiler, which this host lacks").isNotNull();
    return TransferredKernels.of(
        new CudaKernels(device, extents -> new DirectConvolution(device, extents)), device);
  }

  @AfterEach
  void nobodyWroteBesideItsMemory() {
    device.close();
  }

  @Test
  void oneArrayInTwoPlacesIsOneOnTheDevice() {
    MapShape shape = new MapShape(2, 3, 3, 4);
    INDArray a = Nd4j.rand(DataType.FLOAT, shape.toArray()).subi(0.5);
    INDArray b = Nd4j.rand(DataType.FLOAT, shape.toArray()).subi(0.5);
    INDArray y = a.ulike();
    try (ResidualKernel kernel = kernels().residual(shape)) {
      kernel.forward(a, b, y);
      kernel.forward(a, b, a);
    }
    assertThat(Bits.of(a)).isEqualTo(Bits.of(y));
  }
}
