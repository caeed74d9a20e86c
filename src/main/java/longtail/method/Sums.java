package longtail.method;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import longtail.Collective;
import longtail.nn.kernel.KernelMemory;
import longtail.optim.Span;
import longtail.statistics.ClassRows;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Sums of arrays over the workers that take a step together. */
public final class Sums {
  private static final long GAP = 8192;

  private Sums() {}

  /**
   * Replaces {@code spans} of the flat vector {@code vector}, of {@code memory}, by their sums over
   * the workers.
   */
  public static void over(
      Collective workers, KernelMemory memory, INDArray vector, List<Span> spans) {
    if (workers.workers() == 1) {
      return;
    }
    List<Collective.Pending> begun = new ArrayList<>();
    for (Span span : bridged(spans)) {
      begun.add(begin(workers, memory, vector, span));
    }
    begun.forEach(Collective.Pending::await);
  }

  /**
   * {@code spans}, ascending, and the gaps that are too short for a message of their own on either
   * side: running statistics, whose gradients and sums of such are zeros.
   */
  static List<Span> bridged(List<Span> spans) {
    List<Span> wider = new ArrayList<>();
    for (Span span : Span.joined(spans)) {
      Span last = wider.isEmpty() ? null : wider.get(wider.size() - 1);
      if (last != null && span.offset() - last.end() <= GAP) {
        wider.set(wider.size() - 1, new Span(last.offset(), span.end() - last.offset()));
      } else {
        wider.add(span);
      }
    }
    return wider;
  }

  /**
   * Begins to replace {@code span} of {@code vector}, of {@code memory}, by its sum; float64 is
   * summed at once.
   */
  static Collective.Pending begin(
      Collective workers, KernelMemory memory, INDArray vector, Span span) {
    INDArray part = vector.get(NDArrayIndex.interval(span.offset(), span.end()));
    if (part.dataType() != DataType.FLOAT) {
      memory.change(part, numbers -> over(workers, numbers));
      return () -> {};
    }
    INDArray numbers = memory.host(part);
    Collective.Pending pending = begin(workers, numbers);
    return () -> {
      pending.await();
      if (numbers != part) {
        memory.upload(numbers, part);
      }
    };
  }

  private static Collective.Pending begin(Collective workers, INDArray part) {
    Nd4j.getAffinityManager().ensureLocation(part, Location.HOST);
    Collective.Pending pending = workers.begin(floats(part));
    return () -> {
      pending.await();
      Nd4j.getAffinityManager().tagLocation(part, Location.HOST);
    };
  }

  /** The numbers themselves, where they are. */
  private static FloatBuffer floats(INDArray vector) {
    return new FloatPointer(vector.data().addressPointer()).limit(vector.length()).asBuffer();
  }

  /** The sums of {@code rows}, which are of the same classes with all workers. */
  public static ClassRows over(Collective workers, ClassRows rows) {
    if (workers.workers() == 1) {
      return rows;
    }
    double[] values = rows.values().dup('c').data().asDouble();
    workers.sum(values);
    INDArray sums = Nd4j.createFromArray(values).reshape('c', rows.values().shape());
    return new ClassRows(rows.classes(), sums.castTo(rows.values().dataType()));
  }

  /** Replaces {@code vector}, of rank 1 and without gaps, by its sum over the workers. */
  public static void over(Collective workers, INDArray vector) {
    if (workers.workers() == 1) {
      return;
    }
    if (vector.dataType() == DataType.FLOAT) {
      begin(workers, vector).await();
      return;
    }
    double[] values = vector.toDoubleVector();
    workers.sum(values);
    vector.assign(Nd4j.createFromArray(values).castTo(vector.dataType()));
  }
}
