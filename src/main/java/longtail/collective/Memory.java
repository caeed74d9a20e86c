package longtail.collective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A vector of float32 or float64 numbers in direct memory, whose bytes go to and come from
 * connections without a copy; this machine's byte order, which all machines of a run share.
 */
final class Memory {
  private final ByteBuffer bytes;
  private final FloatBuffer floats; // exactly one of the two is not null
  private final DoubleBuffer doubles;
  private final int width;

  private Memory(ByteBuffer bytes, int width) {
    this.bytes = bytes.order(ByteOrder.nativeOrder());
    this.width = width;
    floats = width == Float.BYTES ? this.bytes.asFloatBuffer() : null;
    doubles = width == Double.BYTES ? this.bytes.asDoubleBuffer() : null;
  }

  /** The numbers between position and limit of a direct buffer in this machine's byte order. */
  static Memory of(FloatBuffer values) {
    require(values.isDirect() && values.order() == ByteOrder.nativeOrder());
    return new Memory(bytes(values), Float.BYTES);
  }

  private static ByteBuffer bytes(FloatBuffer values) {
    return values.hasRemaining()
        ? new FloatPointer(values.slice()).asByteBuffer()
        : ByteBuffer.allocateDirect(0);
  }

  /** The numbers between position and limit of a direct buffer in this machine's byte order. */
  static Memory of(DoubleBuffer values) {
    require(values.isDirect() && values.order() == ByteOrder.nativeOrder());
    return new Memory(
        values.hasRemaining()
            ? new DoublePointer(values.slice()).asByteBuffer()
            : ByteBuffer.allocateDirect(0),
        Double.BYTES);
  }

  /** New memory with a copy of {@code values}. */
  static Memory copyOf(double[] values) {
    Memory memory =
        new Memory(ByteBuffer.allocateDirect(Double.BYTES * values.length), Double.BYTES);
    memory.doubles.put(0, values);
    return memory;
  }

  /** New memory for {@code length} numbers of the type of this one. */
  Memory like(int length) {
    return new Memory(ByteBuffer.allocateDirect(length * width), width);
  }

  private static void require(boolean ours) {
    if (!ours) {
      throw new IllegalArgumentException(
          "values must be a direct buffer in the byte order of this machine");
    }
  }

  int length() {
    return bytes.capacity() / width;
  }

  /** The bytes of {@code n} numbers from {@code from}, to be sent or filled. */
  ByteBuffer bytes(int from, int n) {
    return bytes.duplicate().limit((from + n) * width).position(from * width);
  }

  /** Copies the numbers into {@code target}. */
  void copyTo(double[] target) {
    doubles.get(0, target);
  }

  /** Copies {@code n} numbers from {@code from} to the same place of {@code target}. */
  void copyTo(Memory target, int from, int n) {
    target.bytes.put(from * width, bytes, from * width, n * width);
  }

  /**
   * Adds {@code weight} times the {@code n} numbers from {@code from} to the first of {@code sums}.
   */
  void addTo(double[] sums, Scratch scratch, int from, int n, double weight) {
    if (floats != null) {
      float[] values = scratch.floats;
      floats.get(from, values, 0, n);
      for (int i = 0; i < n; i++) {
        sums[i] += weight * values[i];
      }
    } else {
      double[] values = scratch.doubles;
      doubles.get(from, values, 0, n);
      for (int i = 0; i < n; i++) {
        sums[i] += weight * values[i];
      }
    }
  }

  /** Sets the {@code n} numbers from {@code from} to the first of {@code sums}. */
  void set(double[] sums, Scratch scratch, int from, int n) {
    if (floats != null) {
      float[] values = scratch.floats;
      for (int i = 0; i < n; i++) {
        values[i] = (float) sums[i];
      }
      floats.put(from, values, 0, n);
    } else {
      doubles.put(from, sums, 0, n);
    }
  }

  /** Arrays of a thread that adds. */
  static final class Scratch {
    private final float[] floats;
    private final double[] doubles;

    Scratch(int length) {
      floats = new float[length];
      doubles = new double[length];
    }
  }
}
