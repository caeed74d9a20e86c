package longtail.nn.onnx;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a network is exported.
 *
 * @param opset version of the ONNX operators, {@value #OLDEST} to {@value #NEWEST}
 * @param input what the graph takes
 * @param correction what becomes of the logits; empty for nothing
 * @param metadata properties of the model, by name
 */
public record OnnxOptions(
    int opset, OnnxInput input, Optional<Correction> correction, Map<String, String> metadata) {
  /** The oldest version of the operators. */
  public static final int OLDEST = 13;

  /** The newest version of the operators. */
  public static final int NEWEST = 21;

  /**
   * A correction of the logits, class by class: {@code z' = scale z + shift}.
   *
   * @param scales one per class
   * @param shifts one per class
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once; nobody compares or keeps it
  public record Correction(double[] scales, double[] shifts) {}

  /** Checks {@code opset}; metadata are written by the order of their names. */
  public OnnxOptions {
    if (opset < OLDEST || opset > NEWEST) {
      throw new IllegalArgumentException(
          "opset must be between %d and %d, was %d".formatted(OLDEST, NEWEST, opset));
    }
    metadata = new TreeMap<>(metadata);
  }

  /** The version of the file format that came with {@link #opset}. */
  int formatVersion() {
    if (opset <= 14) {
      return 7;
    }
    if (opset <= 18) {
      return 8;
    }
    return opset <= 20 ? 9 : 10;
  }
}
