package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.same.Sign;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Sum and rectifier by ND4J. */
final class Nd4jResidual implements ResidualKernel {
  private INDArray sum;

  @Override
  public void forward(INDArray a, INDArray b, INDArray y) {
    a.addi(b, y);
    Transforms.relu(y, false);
  }

  @Override
  public void backward(INDArray y, INDArray gradY, INDArray gradSum) {
    Nd4j.getExecutioner().exec(new Sign(y, gradSum));
    gradSum.muli(gradY);
  }

  @Override
  public void tangent(INDArray y, INDArray tangentA, INDArray tangentB, INDArray tangentY) {
    if (sum == null) {
      sum = Scratch.array(y.dataType(), y.shape());
    }
    tangentA.addi(tangentB, sum);
    backward(y, sum, tangentY);
  }

  @Override
  public void close() {
    Scratch.release(sum);
  }
}
