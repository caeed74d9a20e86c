package longtail.nn;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;

/** The file of a network: a model zip of Deeplearning4j's {@code ModelSerializer}. */
final class ModelZip {
  private ModelZip() {}

  /**
   * Reads what {@link #write} wrote; {@code in} stays open.
   *
   * @throws LongTailException if it is no such zip
   */
  static ComputationGraph read(InputStream in) throws IOException {
    try {
      return ModelSerializer.restoreComputationGraph(in, false);
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Cannot read the network: not a model zip written by this program (%s)"
              .formatted(e.getMessage()),
          e);
    }
  }

  /** Writes {@code graph} without a state of its optimiser; {@code out} stays open. */
  static void write(ComputationGraph graph, OutputStream out) throws IOException {
    ModelSerializer.writeModel(graph, out, false);
  }
}
