package longtail.nn.kernel.cuda;

/**
 * Convolutions by our own CUDA source, one thread per number of the result and no use of matrix
 * units: right for every extent, and many times slower than an engine of cuDNN.
 */
public final class DirectConvolution implements ConvolutionEngine {
  /** Weights of a block. */
  private static final int WEIGHTS = 8;

  private final Device device;
  private final ConvolutionExtents extents;

  /** One for {@code extents} on {@code device}. */
  public DirectConvolution(Device device, ConvolutionExtents extents) {
    this.device = device;
    this.extents = extents;
  }

  @Override
  public void run(Direction direction, long x, long weights, long y) {
    long outputs = extents.outputLength();
    switch (direction) {
      case FORWARD -> launch("convolve", Grid.over(outputs, device), x, weights, y, outputs);
      case BACK_DATA -> {
        long inputs = extents.inputLength();
        launch("convolveBackData", Grid.over(inputs, device), x, weights, y, inputs);
      }
      case BACK_WEIGHTS ->
          launch(
              "convolveBackWeights",
              new Grid(
                  (extents.weightLength() + WEIGHTS - 1) / WEIGHTS,
                  1,
                  Grid.THREADS / WEIGHTS,
                  WEIGHTS),
              x,
              weights,
              y,
              outputs / extents.outputs());
    }
  }

  @Override
  public boolean wideGradients() {
    return true;
  }

  private void launch(String kernel, Grid grid, long x, long weights, long y, long length) {
    device.launch(
        kernel,
        grid,
        x,
        weights,
        y,
        extents.height(),
        extents.width(),
        extents.channels(),
        extents.rows(),
        extents.columns(),
        extents.outputs(),
        extents.window(),
        extents.stride(),
        extents.dilation(),
        extents.padding(),
        extents.groups(),
        length);
  }
}
