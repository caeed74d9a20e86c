package longtail.nn.layer;

import longtail.nn.kernel.Kernels;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Mixes the samples of the batch by the map of the moment. */
public final class MixingOperator implements Operator {
  private BatchMixing map;
  private BatchMixing transposed;

  /** Mixes so from now on. */
  public void mixBy(BatchMixing next) {
    map = next;
    transposed = next.transpose();
  }

  @Override
  public long[] outputShape(long[]... inputs) {
    return inputs[0];
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
  public boolean island() {
    return true;
  }

  @Override
  public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
    return new PreparedLinearMap(
        (from, to) -> mix(kernels, map, from, to),
        (from, to) -> mix(kernels, transposed, from, to),
        () -> {});
  }

  /** Maps in bfloat16 are mixed in float32. */
  private static void mix(Kernels kernels, BatchMixing by, INDArray from, INDArray to) {
    if (from.dataType() != DataType.BFLOAT16) {
      by.apply(from, to);
      return;
    }
    try (INDArray wide = Nd4j.createUninitializedDetached(DataType.FLOAT, from.shape());
        INDArray mixed = Nd4j.createUninitializedDetached(DataType.FLOAT, from.shape())) {
      kernels.convert(from, wide);
      by.apply(wide, mixed);
      kernels.convert(mixed, to);
    }
  }
}
