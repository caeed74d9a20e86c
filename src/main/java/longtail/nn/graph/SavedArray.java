package longtail.nn.graph;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A vector as {@code Nd4j.write} saves it: extents and strides, then the numbers, big-endian; each
 * with a header of its own. ND4J's own reader believes extents and strides, whatever the numbers.
 */
final class SavedArray {
  /** A vector of one or two dimensions is described by fewer. */
  private static final long MOST_EXTENTS = 16;

  private static final String EXTENT = "LONG";

  /** Kinds of memory of which earlier versions of ND4J wrote lengths of 32 bits. */
  private static final Set<String> SHORT_LENGTHS = Set.of("DIRECT", "HEAP", "JAVACPP");

  private SavedArray() {}

  /**
   * Reads a vector to its end; {@code source} stays open.
   *
   * @param room bytes that it may have
   * @return {@code [1, n]}, float32 or float64
   * @throws IOException if it is none, or ends early
   */
  static INDArray read(InputStream source, long room) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(source, 1 << 16));
    long extents = length(in);
    String kind = in.readUTF();
    if (extents < 0 || extents > MOST_EXTENTS || !kind.equals(EXTENT)) {
      throw new IOException("its parameters claim %d extents of type %s".formatted(extents, kind));
    }
    in.skipNBytes(extents * Long.BYTES);
    long length = length(in);
    kind = in.readUTF();
    DataType type = kind.equals(DataType.DOUBLE.name()) ? DataType.DOUBLE : DataType.FLOAT;
    boolean known = kind.equals(type.name());
    if (!known || length < 1 || length > Integer.MAX_VALUE - 8 || length * type.width() > room) {
      throw new IOException(
          "its parameters claim %d numbers of type %s, more than the file can hold"
              .formatted(length, kind));
    }
    float[] floats = floats(in, type == DataType.FLOAT ? (int) length : 0);
    double[] doubles = doubles(in, type == DataType.DOUBLE ? (int) length : 0);
    if (in.read() >= 0) {
      throw new IOException("something stands behind its %d parameters".formatted(length));
    }
    long[] shape = {1, length};
    return type == DataType.FLOAT
        ? Nd4j.create(floats, shape, type)
        : Nd4j.create(doubles, shape, type);
  }

  private static long length(DataInputStream in) throws IOException {
    return SHORT_LENGTHS.contains(in.readUTF()) ? in.readInt() : in.readLong();
  }

  private static float[] floats(DataInputStream in, int length) throws IOException {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = in.readFloat();
    }
    return numbers;
  }

  private static double[] doubles(DataInputStream in, int length) throws IOException {
    double[] numbers = new double[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = in.readDouble();
    }
    return numbers;
  }
}
