package longtail.method;

import java.util.List;
import longtail.Collective;
import longtail.optim.Span;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Sums of arrays over the workers that take a step together. */
final class Sums {
  private Sums() {}

  /** Replaces {@code spans} of the flat vector {@code vector} by their sums over the workers. */
  static void over(Collective workers, INDArray vector, List<Span> spans) {
    if (workers.workers() == 1) {
      return;
    }
    for (Span span : spans) {
      over(
          workers, vector.get(NDArrayIndex.interval(span.offset(), span.offset() + span.length())));
    }
  }

  /** Replaces {@code vector}, of rank 1, by its sum over the workers. */
  static void over(Collective workers, INDArray vector) {
    if (workers.workers() == 1) {
      return;
    }
    double[] values = vector.toDoubleVector();
    workers.sum(values);
    vector.assign(Nd4j.createFromArray(values).castTo(vector.dataType()));
  }
}
