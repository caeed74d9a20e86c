package longtail.nn.kernel;

import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.MapKernels;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sum and rectifier by our own CUDA source, one pass each way. */
final class CudaResidual implements ResidualKernel {
  private final MapKernels kernels;
  private final long length;

  CudaResidual(MapShape shape, Device device) {
    kernels = new MapKernels(device);
    length = shape.positions() * shape.channels();
  }

  @Override
  public void forward(INDArray a, INDArray b, INDArray y) {
    kernels.addRectified(Slot.address(a), Slot.address(b), Slot.address(y), length);
  }

  @Override
  public void backward(INDArray y, INDArray gradY, INDArray gradSum) {
    kernels.mask(Slot.address(y), Slot.address(gradY), 0, Slot.address(gradSum), length);
  }

  @Override
  public void tangent(INDArray y, INDArray tangentA, INDArray tangentB, INDArray tangentY) {
    kernels.mask(
        Slot.address(y),
        Slot.address(tangentA),
        Slot.address(tangentB),
        Slot.address(tangentY),
        length);
  }
}
