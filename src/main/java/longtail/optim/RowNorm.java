package longtail.optim;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The length of a row of a weight, such as that of one class. */
public enum RowNorm {
  /** Sum of the absolute values. */
  L1,
  /** Root of the sum of squares. */
  L2,
  /** Largest absolute value. */
  INF;

  /** The norm of every row of {@code weight}, {@code [rows, width]}. */
  public double[] of(INDArray weight) {
    if (weight.rank() != 2) {
      throw new IllegalArgumentException(
          "a weight must have rows and columns, was " + weight.shapeInfoToString());
    }
    INDArray norms =
        switch (this) {
          case L1 -> weight.norm1(1);
          case L2 -> weight.norm2(1);
          case INF -> weight.normmax(1);
        };
    return norms.toDoubleVector();
  }

  /** Multiplies every row of {@code weight} by its factor, in place. */
  static void scale(INDArray weight, double... factors) {
    weight.muliColumnVector(
        Nd4j.createFromArray(factors).castTo(weight.dataType()).reshape(factors.length, 1));
  }
}
