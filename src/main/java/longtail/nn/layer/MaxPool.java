package longtail.nn.layer;

import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.kernel.MaxPoolKernel;
import longtail.nn.kernel.MaxPoolShape;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** The maximum over square windows, padded by half a window of minus infinity. */
public final class MaxPool extends OperatorVertexConfiguration {
  @JsonProperty private int window;
  @JsonProperty private int stride;

  /** For reading a saved configuration. */
  MaxPool() {}

  /** A maximum over windows of {@code window} rows and columns, {@code stride} apart. */
  public MaxPool(int window, int stride) {
    this.window = window;
    this.stride = stride;
  }

  /** Rows and columns of a window. */
  public int window() {
    return window;
  }

  /** Step between windows. */
  public int stride() {
    return stride;
  }

  private MaxPoolShape shape(MapShape input) {
    return new MaxPoolShape(input, window, stride);
  }

  @Override
  public long[] outputShape(long[]... inputs) {
    return shape(MapShape.of(inputs[0])).output().toArray();
  }

  @Override
  public boolean byImage() {
    return true;
  }

  @Override
  public boolean keepsInputs() {
    return true;
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }

  @Override
  public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
    MaxPoolKernel kernel = kernels.maxPool(shape(MapShape.of(inputs[0])));
    return new PreparedOperator() {
      @Override
      public void forward(INDArray[] x, INDArray y) {
        kernel.forward(x[0], y);
      }

      @Override
      public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
        if (gradX[0] != null) {
          kernel.backward(x[0], gradY, gradX[0]);
        }
      }

      @Override
      public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
        kernel.tangent(x[0], tangentX[0], tangentY);
      }

      @Override
      public void close() {
        kernel.close();
      }
    };
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) {
    InputType.InputTypeConvolutional in = (InputType.InputTypeConvolutional) inputs[0];
    MapShape out = shape(new MapShape(1, in.getHeight(), in.getWidth(), in.getChannels())).output();
    return InputType.convolutional(out.height(), out.width(), out.channels(), CNN2DFormat.NHWC);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MaxPool that && window == that.window && stride == that.stride;
  }

  @Override
  public int hashCode() {
    return 31 * window + stride;
  }
}
