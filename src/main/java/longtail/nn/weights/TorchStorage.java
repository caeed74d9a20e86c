package longtail.nn.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The numbers behind one or more tensors; the pickle names it before its bytes are read. */
final class TorchStorage {
  private final ElementType type;
  private final String key;
  private final long length;
  private ByteBuffer bytes;

  TorchStorage(ElementType type, String key, long length) {
    this.type = type;
    this.key = key;
    this.length = length;
  }

  String key() {
    return key;
  }

  /** Number of elements. */
  long length() {
    return length;
  }

  /** Number of bytes of all elements. */
  long size() {
    return Math.multiplyExact(length, type.width());
  }

  /**
   * Gives the storage its content.
   *
   * @throws IllegalArgumentException if it has not {@link #size()} bytes
   */
  void fill(byte[] content) {
    if (content.length != size()) {
      throw new IllegalArgumentException(
          "storage %s must have %d bytes, has %d".formatted(key, size(), content.length));
    }
    bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
  }

  double element(long index) {
    if (bytes == null) {
      throw new IllegalArgumentException("storage " + key + " has no content");
    }
    return type.read(bytes, Math.toIntExact(index));
  }
}
