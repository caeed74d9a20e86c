package longtail.train;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import longtail.collective.WorkerCollective;
import longtail.optim.Span;
import longtail.train.checkpoint.FlatVector;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Averages a worker's flat vectors, where they lie, with those of all others. */
public final class VectorAverage {
  private VectorAverage() {}

  /**
   * Replaces the parts {@code spans} of the flat {@code vector} by their weighted means over the
   * workers, see {@link WorkerCollective#average}.
   */
  public static void of(
      INDArray vector, List<Span> spans, double[] weights, WorkerCollective together) {
    if (spans.isEmpty() || together.workers() == 1) {
      return;
    }
    Nd4j.getAffinityManager().ensureLocation(vector, Location.HOST);
    if (spans.size() == 1) {
      whole(vector, spans.get(0), weights, together);
    } else {
      // many small parts travel as one
      FlatVector parts = FlatVector.copyOf(vector, spans);
      try (INDArray joined = parts.toArray()) {
        whole(joined, new Span(0, parts.length()), weights, together);
        FlatVector.copyOf(joined).copyTo(vector, spans);
      }
    }
    Nd4j.getAffinityManager().tagLocation(vector, Location.HOST);
  }

  private static void whole(
      INDArray vector, Span span, double[] weights, WorkerCollective together) {
    Pointer memory = vector.data().addressPointer();
    if (vector.dataType() == DataType.DOUBLE) {
      together.average(doubles(memory, span), weights);
    } else {
      together.average(floats(memory, span), weights);
    }
  }

  private static FloatBuffer floats(Pointer memory, Span span) {
    return new FloatPointer(memory).limit(span.end()).position(span.offset()).asBuffer();
  }

  private static DoubleBuffer doubles(Pointer memory, Span span) {
    return new DoublePointer(memory).limit(span.end()).position(span.offset()).asBuffer();
  }
}
