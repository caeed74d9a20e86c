package longtail.statistics;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The outer products {@code a_j a_j'} of the rows of a matrix, or their derivatives {@code a_j b_j'
 * + b_j a_j'} as it moves along another, each in a row of its own: sums of forms {@code a_j' S a_j}
 * are products of matrices with them. Of long rows there is only a block of columns at a time.
 */
final class OuterProducts {
  private final long room;
  private final Buffer buffer = new Buffer();

  /** Products of which {@code room} numbers exist at a time, but at least one row of each. */
  OuterProducts(long room) {
    this.room = room;
  }

  /** Rows {@code [from, to)} of square matrices of {@code width}, one behind the other. */
  record Block(int from, int to, int width) {
    int length() {
      return (to - from) * width;
    }

    boolean whole() {
      return to - from == width;
    }
  }

  /** What is done with a block. */
  @FunctionalInterface
  interface OfBlock {
    /** Uses the products, {@code [matrix rows, block.length]}. */
    void use(Block block, INDArray products);
  }

  /** The block of squares of {@code width} that begins with row {@code from}. */
  Block block(int from, long squares, int width) {
    long height = Math.max(1, room / (squares * width));
    return new Block(from, (int) Math.min(width, from + height), width);
  }

  /** {@code a_j a_j'}, block by block. */
  void of(INDArray a, OfBlock work) {
    double[] left = Elements.of(a);
    forEach(a, (row, block, at) -> square(row, block, left, at), work);
  }

  /** {@code a_j b_j' + b_j a_j'}, block by block. */
  void derivative(INDArray a, INDArray b, OfBlock work) {
    double[] left = Elements.of(a);
    double[] right = Elements.of(b);
    forEach(a, (row, block, at) -> derivative(row, block, left, right, at), work);
  }

  /** Computes a block of one product. */
  @FunctionalInterface
  private interface Fill {
    void fill(double[] row, Block block, int at);
  }

  private void forEach(INDArray a, Fill fill, OfBlock work) {
    int rows = (int) a.size(0);
    int width = (int) a.size(1);
    Block block;
    for (int from = 0; from < width; from = block.to()) {
      block = block(from, rows, width);
      INDArray products = buffer.of(a.dataType(), rows, block.length());
      double[] row = new double[block.length()];
      for (int j = 0; j < rows; j++) {
        fill.fill(row, block, j * width);
        Elements.write(row, products, (long) j * row.length);
      }
      work.use(block, products);
    }
  }

  private static void square(double[] row, Block block, double[] a, int at) {
    int width = block.width();
    for (int p = block.from(), to = 0; p < block.to(); p++, to += width) {
      double factor = a[at + p];
      for (int q = 0; q < width; q++) {
        row[to + q] = factor * a[at + q];
      }
    }
  }

  private static void derivative(double[] row, Block block, double[] a, double[] b, int at) {
    int width = block.width();
    for (int p = block.from(), to = 0; p < block.to(); p++, to += width) {
      double first = a[at + p];
      double second = b[at + p];
      for (int q = 0; q < width; q++) {
        row[to + q] = first * b[at + q] + second * a[at + q];
      }
    }
  }
}
