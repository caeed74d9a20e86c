package longtail.nn.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Flat vectors of equal layout in native memory, worked on in chunks that fit the first-level
 * cache.
 *
 * <p>A step copies a chunk of each vector into Java arrays, where the compiler vectorises the
 * update, and copies what changed back: one pass over memory, instead of one per ND4J operation.
 * The first vector (parameters) and those from the third on (state) are changed, the second
 * (gradients) is only read.
 */
final class FlatVectors {
  private static final int CHUNK = 4096;
  private static final int GRADIENTS = 1;

  private final List<INDArray> vectors;
  private final boolean stateIsFresh;

  private FlatVectors(List<INDArray> vectors, boolean stateIsFresh) {
    this.vectors = vectors;
    this.stateIsFresh = stateIsFresh;
  }

  /** The update of {@code n} float32 elements of each vector. */
  @FunctionalInterface
  interface FloatUpdate {
    void apply(float[][] chunk, int n);
  }

  /** The update of {@code n} float64 elements of each vector. */
  @FunctionalInterface
  interface DoubleUpdate {
    void apply(double[][] chunk, int n);
  }

  static FlatVectors of(INDArray parameters, INDArray gradients) {
    check("gradients", gradients, parameters.length(), parameters.dataType());
    check("parameters", parameters, parameters.length(), parameters.dataType());
    return new FlatVectors(List.of(parameters, gradients), false);
  }

  /**
   * Adds {@code state}, cut into vectors as long as the parameters; at iteration 0 its content
   * counts as zeros.
   */
  FlatVectors with(INDArray state, long length, long iteration) {
    long parameters = vectors.get(0).length();
    check("optimiser state", state, length, vectors.get(0).dataType());
    List<INDArray> all = new ArrayList<>(vectors);
    INDArray flat = state.reshape(length);
    for (long from = 0; from < length; from += parameters) {
      all.add(flat.get(NDArrayIndex.interval(from, from + parameters)));
    }
    return new FlatVectors(all, iteration == 0);
  }

  /**
   * Runs one of the updates, by type, over parts of the vectors.
   *
   * @param bounds first element of a part and the one behind its last, part by part
   */
  void update(long[] bounds, FloatUpdate floats, DoubleUpdate doubles) {
    for (INDArray vector : vectors) {
      Nd4j.getAffinityManager().ensureLocation(vector, Location.HOST);
    }
    boolean single = vectors.get(0).dataType() == DataType.FLOAT;
    for (int part = 0; part < bounds.length; part += 2) {
      if (bounds[part + 1] > vectors.get(0).length()) {
        throw new IllegalArgumentException(
            "the part from %d to %d ends after the last of %d parameters"
                .formatted(bounds[part], bounds[part + 1], vectors.get(0).length()));
      }
    }
    if (single) {
      updateFloats(bounds, floats);
    } else {
      updateDoubles(bounds, doubles);
    }
    for (int v = 0; v < vectors.size(); v++) {
      if (v != GRADIENTS) {
        Nd4j.getAffinityManager().tagLocation(vectors.get(v), Location.HOST);
      }
    }
  }

  private void updateFloats(long[] bounds, FloatUpdate update) {
    FloatPointer[] memory =
        vectors.stream().map(v -> new FloatPointer(address(v))).toArray(FloatPointer[]::new);
    float[][] chunk = new float[memory.length][CHUNK];
    for (int part = 0; part < bounds.length; part += 2) {
      long end = bounds[part + 1];
      for (long from = bounds[part]; from < end; from += CHUNK) {
        int n = (int) Math.min(CHUNK, end - from);
        for (int v = 0; v < memory.length; v++) {
          if (v > GRADIENTS && stateIsFresh) {
            Arrays.fill(chunk[v], 0);
          } else {
            memory[v].position(from).get(chunk[v], 0, n);
          }
        }
        update.apply(chunk, n);
        for (int v = 0; v < memory.length; v++) {
          if (v != GRADIENTS) {
            memory[v].position(from).put(chunk[v], 0, n);
          }
        }
      }
    }
  }

  private void updateDoubles(long[] bounds, DoubleUpdate update) {
    DoublePointer[] memory =
        vectors.stream().map(v -> new DoublePointer(address(v))).toArray(DoublePointer[]::new);
    double[][] chunk = new double[memory.length][CHUNK];
    for (int part = 0; part < bounds.length; part += 2) {
      long end = bounds[part + 1];
      for (long from = bounds[part]; from < end; from += CHUNK) {
        int n = (int) Math.min(CHUNK, end - from);
        for (int v = 0; v < memory.length; v++) {
          if (v > GRADIENTS && stateIsFresh) {
            Arrays.fill(chunk[v], 0);
          } else {
            memory[v].position(from).get(chunk[v], 0, n);
          }
        }
        update.apply(chunk, n);
        for (int v = 0; v < memory.length; v++) {
          if (v != GRADIENTS) {
            memory[v].position(from).put(chunk[v], 0, n);
          }
        }
      }
    }
  }

  private static Pointer address(INDArray vector) {
    return vector.data().addressPointer();
  }

  private static void check(String name, INDArray vector, long length, DataType type) {
    if (vector == null || vector.length() != length || vector.dataType() != type) {
      throw new IllegalArgumentException(
          "%s must have %d elements of type %s, had %s"
              .formatted(name, length, type, vector == null ? "none" : vector.shapeInfoToString()));
    }
    if (type != DataType.FLOAT && type != DataType.DOUBLE) {
      throw new IllegalArgumentException(name + " must be float32 or float64, were " + type);
    }
    if (length > 1 && vector.elementWiseStride() != 1) {
      throw new IllegalArgumentException(
          name + " must be contiguous, were " + vector.shapeInfoToString());
    }
  }
}
