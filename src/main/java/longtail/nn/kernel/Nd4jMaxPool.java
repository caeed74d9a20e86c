package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/** Maximum over windows by ND4J, whose operation leaves out what lies outside the map. */
final class Nd4jMaxPool implements MaxPoolKernel {
  private final int[] arguments;

  Nd4jMaxPool(MaxPoolShape shape) {
    int window = shape.window();
    int stride = shape.stride();
    int padding = shape.padding();
    // window, strides, padding, dilation, no "same" mode, unused, channels last
    arguments = new int[] {window, window, stride, stride, padding, padding, 1, 1, 0, 0, 1};
  }

  @Override
  public void forward(INDArray x, INDArray y) {
    Nd4j.exec(
        DynamicCustomOp.builder("maxpool2d")
            .addInputs(x)
            .addOutputs(y)
            .addIntegerArguments(arguments)
            .build());
  }

  @Override
  public void backward(INDArray x, INDArray gradY, INDArray gradX) {
    Nd4j.exec(
        DynamicCustomOp.builder("maxpool2d_bp")
            .addInputs(x, gradY)
            .addOutputs(gradX)
            .addIntegerArguments(arguments)
            .build());
  }
}
