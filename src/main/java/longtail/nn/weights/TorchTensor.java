package longtail.nn.weights;

import java.util.Arrays;

/** A tensor of a checkpoint: a strided view of a storage. */
public final class TorchTensor {
  private final TorchStorage storage;
  private final long offset;
  private final long[] shape;
  private final long[] strides;

  TorchTensor(TorchStorage storage, long offset, long[] shape, long[] strides) {
    if (shape.length != strides.length || Arrays.stream(shape).anyMatch(n -> n < 0)) {
      throw new IllegalArgumentException(
          "a tensor has shape %s and strides %s"
              .formatted(Arrays.toString(shape), Arrays.toString(strides)));
    }
    requireInside(storage, offset, shape, strides);
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  private static void requireInside(
      TorchStorage storage, long offset, long[] shape, long[] strides) {
    long last = offset;
    boolean empty = false;
    for (int d = 0; d < shape.length; d++) {
      empty |= shape[d] == 0;
      last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[d] - 1), strides[d]));
    }
    boolean backwards = Arrays.stream(strides).anyMatch(stride -> stride < 0);
    if (!empty && (offset < 0 || backwards || last >= storage.length())) {
      throw new IllegalArgumentException(
          "a tensor of shape %s and strides %s from element %d on lies outside of its storage of %d elements"
              .formatted(
                  Arrays.toString(shape), Arrays.toString(strides), offset, storage.length()));
    }
  }

  /** Extents, a copy; none for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public long length() {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** The elements in C order, whatever their format. */
  public double[] values() {
    double[] values = new double[Math.toIntExact(length())];
    long[] index = new long[shape.length];
    long position = offset;
    for (int i = 0; i < values.length; i++) {
      values[i] = storage.element(position);
      for (int d = shape.length - 1; d >= 0; d--) {
        position += strides[d];
        index[d]++;
        if (index[d] < shape[d]) {
          break;
        }
        position -= strides[d] * shape[d];
        index[d] = 0;
      }
    }
    return values;
  }
}
