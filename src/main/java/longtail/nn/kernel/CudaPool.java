package longtail.nn.kernel;

import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.Grid;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Mean over all positions by our own CUDA source; the means are float32 whatever the maps are. */
final class CudaPool implements PoolKernel {
  private static final int CHANNELS = 32;

  private final Device device;
  private final long batch;
  private final int positions;
  private final int channels;

  CudaPool(MapShape input, Device device) {
    this.device = device;
    batch = input.batch();
    positions = Math.toIntExact(input.height() * input.width());
    channels = Math.toIntExact(input.channels());
  }

  @Override
  public void forward(INDArray x, INDArray y) {
    Grid grid =
        new Grid((channels + CHANNELS - 1) / CHANNELS, batch, CHANNELS, Grid.THREADS / CHANNELS);
    device.launch("meanPool", grid, Slot.address(x), Slot.address(y), positions, channels);
  }

  @Override
  public void backward(INDArray gradY, INDArray gradX) {
    long length = gradX.length();
    device.launch(
        "meanPoolBackward",
        Grid.over(length, device),
        Slot.address(gradY),
        Slot.address(gradX),
        positions,
        channels,
        length);
  }
}
