package longtail.nn.kernel;

import longtail.nn.kernel.cuda.ConvolutionEngine;
import longtail.nn.kernel.cuda.ConvolutionExtents;
import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.MapKernels;
import longtail.nn.kernel.cuda.PackedConvolution;
import longtail.nn.kernel.cuda.Rooms;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A convolution on a device; the weights are packed anew for every call. */
final class CudaConvolution implements ConvolutionKernel {
  private final PackedConvolution convolution;
  private final MapKernels maps;
  private final Rooms rooms;

  CudaConvolution(
      ConvolutionShape shape, Device device, Rooms rooms, ConvolutionEngine.Maker engines) {
    convolution = new PackedConvolution(device, rooms, extents(shape), engines);
    maps = new MapKernels(device);
    this.rooms = rooms;
  }

  static ConvolutionExtents extents(ConvolutionShape shape) {
    MapShape in = shape.input();
    MapShape out = shape.output();
    return new ConvolutionExtents(
        Math.toIntExact(in.batch()),
        Math.toIntExact(in.height()),
        Math.toIntExact(in.width()),
        Math.toIntExact(in.channels()),
        Math.toIntExact(out.height()),
        Math.toIntExact(out.width()),
        Math.toIntExact(out.channels()),
        shape.window(),
        shape.stride(),
        shape.dilation(),
        shape.padding(),
        shape.groups());
  }

  @Override
  public void forward(INDArray x, INDArray weight, INDArray y) {
    convolution.forward(Slot.address(x), Slot.address(weight), Slot.address(y));
  }

  @Override
  public void backwardData(INDArray x, INDArray weight, INDArray gradY, INDArray gradX) {
    convolution.backData(Slot.address(gradX), Slot.address(weight), Slot.address(gradY));
  }

  @Override
  public void backwardWeight(INDArray x, INDArray weight, INDArray gradY, INDArray gradWeight) {
    convolution.backWeights(Slot.address(x), Slot.address(gradWeight), Slot.address(gradY));
  }

  @Override
  public void tangent(
      INDArray x, INDArray tangentX, INDArray weight, INDArray tangentWeight, INDArray tangentY) {
    forward(x, tangentWeight, tangentY);
    if (tangentX != null) {
      long more = rooms.results().address(convolution.outputBytes());
      convolution.forward(Slot.address(tangentX), Slot.address(weight), more);
      long sum = Slot.address(tangentY);
      maps.add(sum, more, sum, tangentY.length());
    }
  }

  @Override
  public void close() {
    convolution.close();
  }
}
