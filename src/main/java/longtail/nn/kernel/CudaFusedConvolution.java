package longtail.nn.kernel;

import longtail.nn.kernel.cuda.ChannelKernels;
import longtail.nn.kernel.cuda.ConvolutionEngine;
import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.PackedConvolution;
import longtail.nn.kernel.cuda.Rooms;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution with constant weights on a device, then bias, sum and rectifier in one more pass.
 */
final class CudaFusedConvolution implements FusedConvolutionKernel {
  private final Device device;
  private final Epilogue epilogue;
  private final Rooms rooms;
  private final PackedConvolution convolution;
  private final ChannelKernels channels;
  private final long biasBytes;
  private long weights;
  private long bias;

  CudaFusedConvolution(
      ConvolutionShape shape,
      Epilogue epilogue,
      Device device,
      Rooms rooms,
      ConvolutionEngine.Maker engines) {
    this.device = device;
    this.epilogue = epilogue;
    this.rooms = rooms;
    convolution = new PackedConvolution(device, rooms, CudaConvolution.extents(shape), engines);
    MapShape out = shape.output();
    channels =
        new ChannelKernels(device, rooms.sums(), out.positions(), Math.toIntExact(out.channels()));
    weights = device.allocate(convolution.packedBytes());
    biasBytes = out.channels() * Float.BYTES;
    bias = device.allocate(biasBytes);
  }

  @Override
  public void load(INDArray weight, INDArray shift) {
    convolution.pack(Slot.address(weight), weights);
    device.copy(Slot.address(shift), bias, biasBytes);
  }

  @Override
  public void forward(INDArray x, INDArray y) {
    long result = rooms.results().address(convolution.outputBytes());
    convolution.forwardPacked(Slot.address(x), weights, result);
    channels.shift(
        result,
        bias,
        Slot.address(y),
        epilogue == Epilogue.SUM_AND_RECTIFIER,
        epilogue != Epilogue.NONE);
  }

  @Override
  public void close() {
    convolution.close();
    device.free(weights);
    device.free(bias);
    weights = 0;
    bias = 0;
  }
}
