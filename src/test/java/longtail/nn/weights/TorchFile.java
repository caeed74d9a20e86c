package longtail.nn.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;

/** Writes float64 tensors as {@code torch.save} does, in its zip container. */
public final class TorchFile {
  private final Map<String, double[]> values = new LinkedHashMap<>();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private String key = "state_dict";
  private String further = "";
  private String start = "";
  private String end = "";

  /** A file with the tensors of {@code network}, their names behind {@code prefix}. */
  public static TorchFile of(Network network, String prefix) {
    TorchFile file = new TorchFile();
    double[] flat = network.parameters().dup().data().asDouble();
    for (ParameterBlock block : network.layout()) {
      double[] part = new double[(int) block.length()];
      System.arraycopy(flat, (int) block.offset(), part, 0, part.length);
      file.put(prefix + block.name(), part, block.shape());
    }
    return file;
  }

  /** The key of the outer dictionary that the tensors lie under, instead of {@code state_dict}. */
  TorchFile under(String outerKey) {
    key = outerKey;
    return this;
  }

  /** A further entry of the outer dictionary; {@code opcodes} make its value. */
  TorchFile beside(String opcodes) {
    further += "K\u0007" + opcodes;
    return this;
  }

  /** The outer dictionary is the first element of a tuple. */
  TorchFile inTuple() {
    start = "(";
    end = "K\u0001t";
    return this;
  }

  TorchFile put(String name, double[] tensor, long... shape) {
    values.put(name, tensor);
    shapes.put(name, shape);
    return this;
  }

  TorchFile remove(String name) {
    values.remove(name);
    return this;
  }

  /** The file. */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      entry(zip, "archive/data.pkl", pickle());
      for (Map.Entry<String, double[]> entry : values.entrySet()) {
        ByteBuffer numbers =
            ByteBuffer.allocate(8 * entry.getValue().length).order(ByteOrder.LITTLE_ENDIAN);
        numbers.asDoubleBuffer().put(entry.getValue());
        entry(zip, "archive/data/" + entry.getKey(), numbers.array());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content);
    zip.closeEntry();
  }

  private byte[] pickle() throws IOException {
    Pickle pickle = new Pickle();
    pickle.code("\u0080\u0002" + start + "}(").text(key).code("}(");
    for (Map.Entry<String, double[]> entry : values.entrySet()) {
      long[] shape = shapes.get(entry.getKey());
      long[] strides = new long[shape.length];
      long stride = 1;
      for (int d = shape.length - 1; d >= 0; d--) {
        strides[d] = stride;
        stride *= shape[d];
      }
      pickle.text(entry.getKey()).code("ctorch._utils\n_rebuild_tensor_v2\n((").text("storage");
      pickle.code("ctorch\nDoubleStorage\n").text(entry.getKey()).text("cuda:0");
      pickle.whole(entry.getValue().length).code("tQK\u0000").tuple(shape).tuple(strides);
      pickle.code("\u0089}tR");
    }
    return pickle.code("u").code(further).code("u" + end + ".").bytes.toByteArray();
  }

  private static final class Pickle {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Pickle code(String opcodes) throws IOException {
      bytes.write(opcodes.getBytes(StandardCharsets.ISO_8859_1));
      return this;
    }

    Pickle text(String text) throws IOException {
      return code("X").number(text.length()).code(text);
    }

    Pickle whole(long value) throws IOException {
      return code("J").number(value);
    }

    Pickle tuple(long[] values) throws IOException {
      code("(");
      for (long value : values) {
        whole(value);
      }
      return code("t");
    }

    private Pickle number(long value) throws IOException {
      bytes.write(
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) value).array());
      return this;
    }
  }
}
