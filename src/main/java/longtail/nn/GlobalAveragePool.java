package longtail.nn;

import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.kernel.PoolKernel;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean of a feature map over its positions. */
public final class GlobalAveragePool extends OperatorVertexConfiguration {
  @Override
  public long[] outputShape(long[]... inputs) {
    return new long[] {inputs[0][0], inputs[0][3]};
  }

  @Override
  public boolean keepsInputs() {
    return false;
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }

  @Override
  public Operation prepare(Kernels kernels, Mode mode, long[]... inputs) {
    PoolKernel kernel = kernels.pool(MapShape.of(inputs[0]));
    return new Operation() {
      @Override
      public void forward(INDArray[] x, INDArray y) {
        kernel.forward(x[0], y);
      }

      @Override
      public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
        if (gradX[0] != null) {
          kernel.backward(gradY, gradX[0]);
        }
      }

      @Override
      public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
        kernel.forward(tangentX[0], tangentY);
      }

      @Override
      public void close() {
        kernel.close();
      }
    };
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) {
    return InputType.feedForward(((InputType.InputTypeConvolutional) inputs[0]).getChannels());
  }

  @Override
  public int minVertexInputs() {
    return 1;
  }

  @Override
  public int maxVertexInputs() {
    return 1;
  }

  @Override
  public GraphVertex clone() {
    return new GlobalAveragePool();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GlobalAveragePool;
  }

  @Override
  public int hashCode() {
    return GlobalAveragePool.class.hashCode();
  }
}
