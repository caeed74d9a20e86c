package longtail.method;

import java.util.List;
import longtail.Collective;
import longtail.optim.Span;
import longtail.statistics.ClassRows;
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

  /** The sums of {@code rows}, which are of the same classes with all workers. */
  static ClassRows over(Collective workers, ClassRows rows) {
    if (workers.workers() == 1) {
      return rows;
    }
    double[] values = rows.values().dup('c').data().asDouble();
    workers.sum(values);
    INDArray sums = Nd4j.createFromArray(values).reshape('c', rows.values().shape());
    return new ClassRows(rows.classes(), sums.castTo(rows.values().dataType()));
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
