package longtail;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The numbers of arrays, to compare them to the last bit: arrays that ND4J calls equal may differ
 * by 1e-5.
 */
public final class Bits {
  private Bits() {}

  /** All numbers in the order of the array's rows. */
  public static double[] of(INDArray array) {
    return array.dup('c').data().asDouble();
  }
}
