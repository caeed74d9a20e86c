package longtail.nn.kernel;

import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.Grid;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Option A shortcut by our own CUDA source. */
final class CudaSubsample implements SubsampleKernel {
  private final Device device;
  private final MapShape input;
  private final int outputs;

  CudaSubsample(MapShape input, long channels, Device device) {
    this.device = device;
    this.input = input;
    outputs = Math.toIntExact(channels);
  }

  @Override
  public void forward(INDArray x, INDArray y) {
    launch("subsample", x, y, y.length());
  }

  @Override
  public void backward(INDArray gradY, INDArray gradX) {
    launch("subsampleBackward", gradY, gradX, gradX.length());
  }

  private void launch(String kernel, INDArray from, INDArray to, long length) {
    int channels = Math.toIntExact(input.channels());
    device.launch(
        kernel,
        Grid.over(length, device),
        Slot.address(from),
        Slot.address(to),
        Math.toIntExact(input.height()),
        Math.toIntExact(input.width()),
        channels,
        outputs,
        (outputs - channels) / 2,
        length);
  }
}
