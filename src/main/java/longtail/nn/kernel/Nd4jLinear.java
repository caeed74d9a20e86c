package longtail.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A linear map by ND4J's BLAS, which writes columns first: so every product is transposed. */
final class Nd4jLinear implements LinearKernel {
  private final INDArray ones;

  Nd4jLinear(DataType type, long batch) {
    ones = Scratch.ones(type, 1, batch);
  }

  @Override
  public void forward(INDArray x, INDArray weight, INDArray bias, INDArray y) {
    Nd4j.gemm(weight, x, y.transpose(), false, true, 1, 0);
    y.addiRowVector(bias);
  }

  @Override
  public void tangent(
      INDArray x,
      INDArray tangentX,
      INDArray weight,
      INDArray tangentWeight,
      INDArray tangentBias,
      INDArray tangentY) {
    forward(x, tangentWeight, tangentBias, tangentY);
    if (tangentX != null) {
      Nd4j.gemm(weight, tangentX, tangentY.transpose(), false, true, 1, 1);
    }
  }

  @Override
  public void backwardData(INDArray weight, INDArray gradY, INDArray gradX) {
    Nd4j.gemm(weight, gradY, gradX.transpose(), true, true, 1, 0);
  }

  @Override
  public void backwardWeight(INDArray x, INDArray gradY, INDArray gradWeight, INDArray gradBias) {
    Nd4j.gemm(x, gradY, gradWeight.transpose(), true, false, 1, 0);
    Nd4j.gemm(
        ones, gradY, gradBias.reshape('c', new long[] {1, gradBias.length()}), false, false, 1, 0);
  }

  @Override
  public void close() {
    Scratch.release(ones);
  }
}
