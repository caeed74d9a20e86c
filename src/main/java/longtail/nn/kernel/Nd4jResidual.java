package longtail.nn.kernel;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.same.Sign;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Sum and rectifier by ND4J. */
final class Nd4jResidual implements ResidualKernel {
  private INDArray scratch;

  @Override
  public void forward(INDArray a, INDArray b, INDArray y) {
    a.addi(b, y);
    Transforms.relu(y, false);
  }

  @Override
  public void backward(INDArray y, INDArray gradY, INDArray gradSum) {
    INDArray sign = gradSum == gradY ? scratch(y) : gradSum;
    Nd4j.getExecutioner().exec(new Sign(y, sign));
    sign.muli(gradY, gradSum);
  }

  @Override
  public void tangent(INDArray y, INDArray tangentA, INDArray tangentB, INDArray tangentY) {
    tangentA.addi(tangentB, scratch(y));
    backward(y, scratch, tangentY);
  }

  private INDArray scratch(INDArray like) {
    if (scratch == null) {
      scratch = Scratch.array(like.dataType(), like.shape());
    }
    return scratch;
  }

  @Override
  public void close() {
    Scratch.release(scratch);
  }
}
