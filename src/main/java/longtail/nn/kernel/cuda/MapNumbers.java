package longtail.nn.kernel.cuda;

import java.util.List;

/** The type of the numbers of feature maps on a device; all other numbers are float32. */
public enum MapNumbers {
  /** IEEE single precision. */
  FLOAT32(4),
  /** The upper half of it. */
  BFLOAT16(2);

  private final int bytes;

  MapNumbers(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** Numbers that one access of 16 bytes moves. */
  public int pack() {
    return 16 / bytes;
  }

  /** What a compiler must be told. */
  public List<String> options() {
    return this == BFLOAT16 ? List.of("-DMAP_BFLOAT16") : List.of();
  }
}
