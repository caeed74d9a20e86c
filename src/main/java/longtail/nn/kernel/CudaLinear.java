package longtail.nn.kernel;

import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.Grid;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A linear map in float32 by our own CUDA source. It is the last layer of a network, a few
 * thousandths of its arithmetic: a plain product in tiles is enough, and brings no other library.
 */
final class CudaLinear implements LinearKernel {
  private static final int TILE = 32;

  private final Device device;

  CudaLinear(Device device) {
    this.device = device;
  }

  /** A matrix as the kernel reads it: how far its rows and columns are apart. */
  private record Matrix(long address, long row, long column) {
    static Matrix of(INDArray array) {
      return new Matrix(Slot.address(array), array.size(1), 1);
    }

    static Matrix transposed(INDArray array) {
      return new Matrix(Slot.address(array), 1, array.size(1));
    }
  }

  @Override
  public void forward(INDArray x, INDArray weight, INDArray bias, INDArray y) {
    multiply(Matrix.of(x), Matrix.transposed(weight), x.size(1), Slot.address(bias), y, 0);
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
      multiply(Matrix.of(tangentX), Matrix.transposed(weight), x.size(1), 0, tangentY, 1);
    }
  }

  @Override
  public void backwardData(INDArray weight, INDArray gradY, INDArray gradX) {
    multiply(Matrix.of(gradY), Matrix.of(weight), weight.size(0), 0, gradX, 0);
  }

  @Override
  public void backwardWeight(INDArray x, INDArray gradY, INDArray gradWeight, INDArray gradBias) {
    multiply(Matrix.transposed(gradY), Matrix.of(x), x.size(0), 0, gradWeight, 0);
    int columns = Math.toIntExact(gradBias.length());
    device.launch(
        "sumRows",
        new Grid((columns + TILE - 1) / TILE, 1, TILE, Grid.THREADS / TILE),
        Slot.address(gradY),
        Slot.address(gradBias),
        Math.toIntExact(gradY.size(0)),
        columns);
  }

  private void multiply(Matrix a, Matrix b, long inner, long bias, INDArray result, int added) {
    long rows = result.size(0);
    long columns = result.size(1);
    device.launch(
        "multiply",
        new Grid((columns + TILE - 1) / TILE, (rows + TILE - 1) / TILE, TILE / 2, TILE / 2),
        a.address,
        b.address,
        bias,
        Slot.address(result),
        Math.toIntExact(rows),
        Math.toIntExact(columns),
        Math.toIntExact(inner),
        a.row,
        a.column,
        b.row,
        b.column,
        added);
  }
}
