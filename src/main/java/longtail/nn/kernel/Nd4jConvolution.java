package longtail.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A convolution by ND4J, whose backward operation gives both gradients at once: the one not asked
 * for goes to memory of the kernel.
 */
final class Nd4jConvolution implements ConvolutionKernel {
  private final ConvolutionShape shape;
  private final DataType type;
  private INDArray unwantedData;
  private INDArray unwantedWeight;
  private INDArray part;

  Nd4jConvolution(ConvolutionShape shape, DataType type) {
    this.shape = shape;
    this.type = type;
  }

  @Override
  public void forward(INDArray x, INDArray weight, INDArray y) {
    Nd4j.exec(
        DynamicCustomOp.builder("conv2d")
            .addInputs(x, weight)
            .addOutputs(y)
            .addIntegerArguments(arguments())
            .build());
  }

  @Override
  public void backward(
      INDArray x, INDArray weight, INDArray gradY, INDArray gradX, INDArray gradWeight) {
    Nd4j.exec(
        DynamicCustomOp.builder("conv2d_bp")
            .addInputs(x, weight, gradY)
            .addOutputs(gradX, gradWeight)
            .addIntegerArguments(arguments())
            .build());
  }

  @Override
  public void backwardData(INDArray x, INDArray weight, INDArray gradY, INDArray gradX) {
    if (unwantedWeight == null) {
      unwantedWeight = Scratch.array(type, weight.shape());
    }
    backward(x, weight, gradY, gradX, unwantedWeight);
  }

  @Override
  public void backwardWeight(INDArray x, INDArray weight, INDArray gradY, INDArray gradWeight) {
    if (unwantedData == null) {
      unwantedData = Scratch.array(type, x.shape());
    }
    backward(x, weight, gradY, unwantedData, gradWeight);
  }

  @Override
  public void tangent(
      INDArray x, INDArray tangentX, INDArray weight, INDArray tangentWeight, INDArray tangentY) {
    forward(x, tangentWeight, tangentY);
    if (tangentX != null) {
      if (part == null) {
        part = Scratch.array(type, tangentY.shape());
      }
      forward(tangentX, weight, part);
      tangentY.addi(part);
    }
  }

  /**
   * Window, strides, padding, dilation, no "same" mode, channels last, weights out-in-row-column.
   */
  private int[] arguments() {
    int window = shape.window();
    int stride = shape.stride();
    int padding = shape.padding();
    int dilation = shape.dilation();
    return new int[] {
      window, window, stride, stride, padding, padding, dilation, dilation, 0, 1, 1
    };
  }

  @Override
  public void close() {
    Scratch.release(unwantedData);
    Scratch.release(unwantedWeight);
    Scratch.release(part);
  }
}
