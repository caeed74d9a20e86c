package longtail.statistics;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Covariances, or their gradients, of some classes.
 *
 * @param classes the class of each row, ascending, {@code [rows]}
 * @param values {@code [rows, width, width]} of full covariances, {@code [rows, width]} of diagonal
 *     ones
 */
@SuppressWarnings("ArrayRecordComponent") // handed on within a step; nobody compares it
public record ClassRows(int[] classes, INDArray values) {

  /** {@code this + factor * other} row by row, where {@code other} is of the same classes. */
  public ClassRows plus(ClassRows other, double factor) {
    return new ClassRows(classes, values.add(other.values.mul(factor)));
  }

  /** {@code factor} times each row. */
  public ClassRows times(double factor) {
    return new ClassRows(classes, values.mul(factor));
  }

  /** Root of the sum of squares of all numbers. */
  public double norm() {
    return Nd4j.getBlasWrapper().nrm2(values.reshape('c', new long[] {values.length()}));
  }
}
