package longtail.loss;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.indexer.DoubleIndexer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.Indexer;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The rows of a float32 or float64 matrix in native memory, read and written as doubles. */
record Rows(Indexer elements, long rowStride, long columnStride) {

  /** The rows of {@code matrix}, which may be a view. */
  static Rows of(INDArray matrix) {
    Nd4j.getAffinityManager().ensureLocation(matrix, Location.HOST);
    long rowStride = matrix.stride(0);
    long columnStride = matrix.stride(1);
    long extent = (matrix.size(0) - 1) * rowStride + (matrix.size(1) - 1) * columnStride + 1;
    // The indexer of a view's own buffer ends too early; the address is that of its first element.
    Pointer first = matrix.data().addressPointer();
    Indexer elements =
        switch (matrix.dataType()) {
          case FLOAT -> FloatIndexer.create(new FloatPointer(first).capacity(extent));
          case DOUBLE -> DoubleIndexer.create(new DoublePointer(first).capacity(extent));
          default ->
              throw new IllegalArgumentException(
                  "logits must be float32 or float64, were " + matrix.dataType());
        };
    return new Rows(elements, rowStride, columnStride);
  }

  /** Copies row {@code i} to {@code row}. */
  void read(int i, double[] row) {
    long at = i * rowStride;
    if (elements instanceof FloatIndexer floats) {
      for (int c = 0; c < row.length; c++, at += columnStride) {
        row[c] = floats.get(at);
      }
    } else if (elements instanceof DoubleIndexer doubles) {
      for (int c = 0; c < row.length; c++, at += columnStride) {
        row[c] = doubles.get(at);
      }
    }
  }

  /** Sets row {@code i} to {@code factor * row}. */
  void write(int i, double[] row, double factor) {
    long at = i * rowStride;
    if (elements instanceof FloatIndexer floats) {
      for (int c = 0; c < row.length; c++, at += columnStride) {
        floats.put(at, (float) (factor * row[c]));
      }
    } else if (elements instanceof DoubleIndexer doubles) {
      for (int c = 0; c < row.length; c++, at += columnStride) {
        doubles.put(at, factor * row[c]);
      }
    }
  }
}
