package longtail.nn.layer;

import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.kernel.ResidualKernel;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The end of a residual block: the rectified sum of two feature maps. */
public final class ResidualSum extends OperatorVertexConfiguration {
  @Override
  public long[] outputShape(long[]... inputs) {
    return inputs[0].clone();
  }

  @Override
  public boolean byImage() {
    return true;
  }

  @Override
  public boolean keepsInputs() {
    return false;
  }

  @Override
  public boolean keepsOutput() {
    return true;
  }

  @Override
  public boolean overwritesInput() {
    return true;
  }

  @Override
  public boolean overwritesGradient() {
    return true;
  }

  @Override
  public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
    ResidualKernel kernel = kernels.residual(MapShape.of(inputs[0]));
    return new PreparedOperator() {
      @Override
      public void forward(INDArray[] x, INDArray y) {
        kernel.forward(x[0], x[1], y);
      }

      @Override
      public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
        INDArray first = gradX[0] == null ? gradX[1] : gradX[0];
        kernel.backward(y, gradY, first);
        if (gradX[1] != null && gradX[1] != first) {
          kernels.memory().copy(first, gradX[1]);
        }
      }

      @Override
      public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
        if (tangentX[0] == null || tangentX[1] == null) {
          kernel.backward(y, tangentX[0] == null ? tangentX[1] : tangentX[0], tangentY);
        } else {
          kernel.tangent(y, tangentX[0], tangentX[1], tangentY);
        }
      }

      @Override
      public void close() {
        kernel.close();
      }
    };
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) {
    return inputs[0];
  }

  @Override
  int inputs() {
    return 2;
  }
}
