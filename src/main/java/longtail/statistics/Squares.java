package longtail.statistics;

import longtail.statistics.OuterProducts.Block;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Square matrices, one for each of some vectors, {@code [rows, width, width]} in C order; in
 * products they count as symmetric, {@code (S + S')/2}.
 */
final class Squares {
  private Squares() {}

  /** {@code (S_k + S_k')/2 a_k} for every row {@code a_k} of {@code vectors}. */
  static double[] products(INDArray squares, double[] vectors) {
    int width = (int) squares.size(1);
    double[] sum = new double[vectors.length];
    addProducts(squares, new Block(0, width, width), vectors, sum);
    return sum;
  }

  /**
   * Adds the part of {@code (S_k + S_k')/2 a_k} that a block of all {@code S_k} makes to {@code
   * sum}.
   *
   * @param block which rows there are
   */
  static void addProducts(INDArray squares, Block block, double[] vectors, double[] sum) {
    int width = block.width();
    double[] square = new double[block.length()];
    for (int k = 0; k < vectors.length / width; k++) {
      Elements.read(squares, (long) k * square.length, square);
      addProduct(square, block, vectors, sum, k * width);
    }
  }

  private static void addProduct(double[] square, Block block, double[] a, double[] sum, int at) {
    int width = block.width();
    for (int p = block.from(), from = 0; p < block.to(); p++, from += width) {
      double factor = a[at + p] / 2;
      double own = 0;
      for (int q = 0; q < width; q++) {
        own += square[from + q] * a[at + q];
      }
      for (int q = 0; q < width; q++) {
        sum[at + q] += factor * square[from + q];
      }
      sum[at + p] += own / 2;
    }
  }

  /**
   * One side of outer products.
   *
   * @param x a vector for every square
   * @param w a vector for every class
   */
  @SuppressWarnings("ArrayRecordComponent") // lent for one call
  record Pair(double[] x, double[] w) {}

  /**
   * Subtracts {@code x_k w_c' + w_c x_k'} of all {@code pairs} from every {@code S_k}, {@code c}
   * the class of square {@code k}.
   */
  static void subtract(INDArray squares, int[] classes, Pair... pairs) {
    int width = (int) squares.size(1);
    double[] square = new double[width * width];
    for (int k = 0; k < classes.length; k++) {
      long place = (long) k * square.length;
      Elements.read(squares, place, square);
      for (Pair pair : pairs) {
        subtract(square, width, pair.x, k * width, pair.w, classes[k] * width);
      }
      Elements.write(square, squares, place);
    }
  }

  private static void subtract(
      double[] square, int width, double[] x, int atX, double[] w, int atW) {
    for (int p = 0, at = 0; p < width; p++, at += width) {
      double left = x[atX + p];
      double own = w[atW + p];
      for (int q = 0; q < width; q++) {
        square[at + q] -= left * w[atW + q] + own * x[atX + q];
      }
    }
  }
}
