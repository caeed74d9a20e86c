package longtail.nn.kernel.cuda;

/**
 * Extents of a convolution as an engine sees it.
 *
 * @param batch images
 * @param height rows of the input
 * @param width columns of the input
 * @param channels channels of the input
 * @param rows rows of the output
 * @param columns columns of the output
 * @param outputs channels of the output
 * @param window rows and columns of the window
 * @param stride step between windows
 * @param dilation step between the rows and columns of a window
 * @param padding zeros on every side
 * @param groups groups of channels
 */
public record ConvolutionExtents(
    int batch,
    int height,
    int width,
    int channels,
    int rows,
    int columns,
    int outputs,
    int window,
    int stride,
    int dilation,
    int padding,
    int groups) {
  /** The same with other input channels. */
  ConvolutionExtents withChannels(int others) {
    return new ConvolutionExtents(
        batch, height, width, others, rows, columns, outputs, window, stride, dilation, padding,
        groups);
  }

  /** Numbers of the input. */
  long inputLength() {
    return (long) batch * height * width * channels;
  }

  /** Numbers of the output. */
  long outputLength() {
    return (long) batch * rows * columns * outputs;
  }

  /** Numbers of the weights. */
  long weightLength() {
    return (long) outputs * window * window * (channels / groups);
  }
}
