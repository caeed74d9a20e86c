package longtail.nn.weights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The safetensors format: the length of a header as a 64-bit number, the header as JSON (type,
 * shape and place of each tensor), then the elements, little-endian in C order. It holds tensors
 * and nothing that could run.
 */
public final class Safetensors {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String METADATA = "__metadata__";
  private static final String TYPE = "dtype";
  private static final String SHAPE = "shape";
  private static final String PLACE = "data_offsets";
  private static final int ALIGNMENT = 8;

  private static final Map<String, ElementType> TYPES =
      Map.of(
          "F64", ElementType.DOUBLE,
          "F32", ElementType.FLOAT,
          "F16", ElementType.HALF,
          "BF16", ElementType.BFLOAT16,
          "I64", ElementType.LONG,
          "I32", ElementType.INT,
          "I16", ElementType.SHORT,
          "I8", ElementType.CHAR,
          "U8", ElementType.BYTE,
          "BOOL", ElementType.BOOL);

  private Safetensors() {}

  /** Formats of written numbers. */
  public enum Width {
    /** 32-bit floating point. */
    FLOAT32("F32", Float.BYTES),
    /** 64-bit floating point. */
    FLOAT64("F64", Double.BYTES);

    private final String type;
    private final int bytes;

    Width(String type, int bytes) {
      this.type = type;
      this.bytes = bytes;
    }
  }

  /**
   * A tensor to write.
   *
   * @param name its name
   * @param shape its extents
   * @param values its elements in C order
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once; nobody compares or keeps it
  public record Tensor(String name, long[] shape, double[] values) {}

  /** Writes {@code tensors} in their order; {@code out} stays open. */
  public static void write(List<Tensor> tensors, Width width, OutputStream out) throws IOException {
    write(tensors, width, Map.of(), out);
  }

  /**
   * The same.
   *
   * @param properties what the file says of itself
   */
  public static void write(
      List<Tensor> tensors, Width width, Map<String, String> properties, OutputStream out)
      throws IOException {
    ObjectNode header = JSON.createObjectNode();
    ObjectNode metadata = header.putObject(METADATA).put("format", "pt");
    properties.forEach(metadata::put);
    long at = 0;
    for (Tensor tensor : tensors) {
      ObjectNode entry = header.putObject(tensor.name());
      entry.put(TYPE, width.type);
      Arrays.stream(tensor.shape()).forEach(entry.withArray(SHAPE)::add);
      entry.putArray(PLACE).add(at).add(at += (long) tensor.values().length * width.bytes);
    }
    byte[] json = JSON.writeValueAsBytes(header);
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] start = new byte[Long.BYTES + padded];
    Arrays.fill(start, (byte) ' ');
    littleEndian(start).putLong(padded).put(json);
    out.write(start);
    for (Tensor tensor : tensors) {
      byte[] bytes = new byte[tensor.values().length * width.bytes];
      ByteBuffer elements = littleEndian(bytes);
      for (double value : tensor.values()) {
        switch (width) {
          case FLOAT32 -> elements.putFloat((float) value);
          case FLOAT64 -> elements.putDouble(value);
        }
      }
      out.write(bytes);
    }
  }

  /** Whether {@code file} begins as such a file does. */
  static boolean begins(byte[] file) {
    return file.length > Long.BYTES && file[Long.BYTES] == '{' && headerLength(file) > 0;
  }

  private static long headerLength(byte[] file) {
    long length = littleEndian(file).getLong();
    return length <= file.length - Long.BYTES ? length : -1;
  }

  /** The tensors of {@code file} by name; those of further types are added to {@code foreign}. */
  static Map<String, TorchTensor> read(byte[] file, Set<String> foreign) throws IOException {
    int length = Math.toIntExact(headerLength(file));
    int elements = Long.BYTES + length;
    JsonNode header = JSON.readTree(new String(file, Long.BYTES, length, StandardCharsets.UTF_8));
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (entry.getKey().equals(METADATA)) {
        continue;
      }
      if (entry.getValue().path(TYPE).isTextual()
          && !TYPES.containsKey(entry.getValue().path(TYPE).asText())) {
        foreign.add(
            "%s of type %s".formatted(entry.getKey(), entry.getValue().path(TYPE).asText()));
      } else {
        tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), file, elements));
      }
    }
    return tensors;
  }

  private static TorchTensor tensor(String name, JsonNode entry, byte[] file, int elements)
      throws IOException {
    ElementType type = TYPES.get(entry.path(TYPE).asText());
    if (type == null || !entry.path(SHAPE).isArray() || entry.path(PLACE).size() != 2) {
      throw new IOException("its tensor %s is of type %s".formatted(name, entry.path(TYPE)));
    }
    long[] shape = new long[entry.path(SHAPE).size()];
    Arrays.setAll(shape, d -> entry.path(SHAPE).get(d).asLong());
    long from = elements + entry.path(PLACE).get(0).asLong();
    long to = elements + entry.path(PLACE).get(1).asLong();
    if (from < elements || to < from || to > file.length) {
      throw new IOException("its tensor %s lies outside of the file".formatted(name));
    }
    long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    TorchStorage storage = new TorchStorage(type, name, count);
    storage.fill(Arrays.copyOfRange(file, (int) from, (int) to));
    return new TorchTensor(storage, 0, shape, strides(shape));
  }

  private static long[] strides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= shape[d];
    }
    return strides;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
