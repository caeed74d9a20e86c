package longtail.spark.evaluate;

import java.io.Serializable;
import java.util.List;
import longtail.shard.NetworkOutput;

/**
 * What an evaluation keeps of a network's outputs, and where.
 *
 * @param directory of the tables; existing ones of the same outputs are replaced
 * @param outputs that are kept; none for nothing
 */
public record OutputStore(String directory, List<NetworkOutput> outputs) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Nothing is kept. */
  public static final OutputStore NOTHING = new OutputStore("", List.of());

  /** Copies the list. */
  public OutputStore {
    outputs = List.copyOf(outputs);
    if (directory.isBlank() && !outputs.isEmpty()) {
      throw new IllegalArgumentException(
          "keeping the %s of a network needs a directory".formatted(outputs));
    }
  }

  /** The logits in {@code directory}. */
  public static OutputStore logits(String directory) {
    return new OutputStore(directory, List.of(NetworkOutput.LOGITS));
  }

  /** All outputs in {@code directory}. */
  public static OutputStore all(String directory) {
    return new OutputStore(directory, List.of(NetworkOutput.values()));
  }
}
