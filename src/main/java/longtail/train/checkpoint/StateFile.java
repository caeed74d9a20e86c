package longtail.train.checkpoint;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Plateau;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A {@link TrainingState} without its parameters, bit for bit, in big-endian binary. The parameters
 * are in the model file beside it.
 */
final class StateFile {
  /** "LTSTATE" and the version of the layout. */
  private static final long HEADER = 0x4C54535441544502L;

  /** The layout before, which ends with the optimiser's state. */
  private static final long WITHOUT_PLATEAU = 0x4C54535441544501L;

  private static final byte FLOATS = 4;
  private static final byte DOUBLES = 8;

  /** Numbers for which there is room before any is read. */
  private static final int FIRST = 1 << 20;

  private StateFile() {}

  static void write(TrainingState state, OutputStream target) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(target, 1 << 16));
    out.writeLong(HEADER);
    out.writeInt(state.cursor().stage());
    out.writeInt(state.cursor().epoch());
    out.writeInt(state.cursor().step());
    out.writeLong(state.iteration());
    out.writeDouble(state.bestMetric());
    byte[] method = state.method();
    out.writeInt(method.length);
    out.write(method);
    writeVector(state.optimizer(), out);
    out.writeDouble(state.plateau().best());
    out.writeInt(state.plateau().validations());
    out.flush();
  }

  static TrainingState read(InputStream source, FlatVector parameters) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(source, 1 << 16));
    long header = in.readLong();
    if (header != HEADER && header != WITHOUT_PLATEAU) {
      throw new IOException("not a training state of this version");
    }
    Cursor cursor = cursor(in.readInt(), in.readInt(), in.readInt());
    long iteration = in.readLong();
    double bestMetric = in.readDouble();
    int length = length(in);
    byte[] method = in.readNBytes(length);
    if (method.length < length) {
      throw new EOFException();
    }
    TrainingState state =
        TrainingState.of(cursor, iteration, parameters, readVector(in), method, bestMetric);
    return header == WITHOUT_PLATEAU
        ? state
        : state.withPlateau(new Plateau(in.readDouble(), in.readInt()));
  }

  /** Writes {@code parameters} alone. */
  static void write(FlatVector parameters, OutputStream target) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(target, 1 << 16));
    writeVector(parameters, out);
    out.flush();
  }

  /** Reads what {@link #write(FlatVector, OutputStream)} wrote. */
  static FlatVector readParameters(InputStream source) throws IOException {
    return readVector(new DataInputStream(new BufferedInputStream(source, 1 << 16)));
  }

  private static void writeVector(FlatVector vector, DataOutputStream out) throws IOException {
    boolean single = vector.type() == DataType.FLOAT;
    out.writeByte(single ? FLOATS : DOUBLES);
    out.writeInt(vector.length());
    for (int i = 0; i < vector.length(); i++) {
      if (single) {
        out.writeFloat((float) vector.at(i));
      } else {
        out.writeDouble(vector.at(i));
      }
    }
  }

  private static Cursor cursor(int stage, int epoch, int step) throws IOException {
    try {
      return new Cursor(stage, epoch, step);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static int length(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new IOException("it claims a length of " + length);
    }
    return length;
  }

  /** Takes memory for what is there, whatever length the file claims. */
  private static FlatVector readVector(DataInputStream in) throws IOException {
    byte bytes = in.readByte();
    if (bytes != FLOATS && bytes != DOUBLES) {
      throw new IOException("it claims numbers of %d bytes".formatted(bytes));
    }
    int length = length(in);
    int known = Math.min(length, FIRST);
    float[] floats = new float[bytes == FLOATS ? known : 0];
    double[] doubles = new double[bytes == FLOATS ? 0 : known];
    for (int i = 0; i < length; i++) {
      if (i == known) {
        known = (int) Math.min(length, 2L * known);
        floats = bytes == FLOATS ? Arrays.copyOf(floats, known) : floats;
        doubles = bytes == FLOATS ? doubles : Arrays.copyOf(doubles, known);
      }
      if (bytes == FLOATS) {
        floats[i] = in.readFloat();
      } else {
        doubles[i] = in.readDouble();
      }
    }
    return bytes == FLOATS ? FlatVector.of(floats) : FlatVector.of(doubles);
  }
}
