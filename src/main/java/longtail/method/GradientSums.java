package longtail.method;

import java.util.ArrayList;
import java.util.List;
import longtail.Collective;
import longtail.nn.GradientListener;
import longtail.nn.kernel.KernelMemory;
import longtail.optim.Span;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Sums of a network's gradients over the workers. A backward pass that tells which of them are
 * final lets those travel in buckets while it computes the others; the rest follows in the end. The
 * sums are the same bits either way.
 */
final class GradientSums implements GradientListener {
  /** Numbers that are worth a message: 1 MB. */
  private static final long BUCKET = 1 << 18;

  private final Collective workers;
  private final KernelMemory memory;
  private final INDArray gradients;
  private final List<Span> spans;
  private final List<Span> begun = new ArrayList<>();
  private final List<Collective.Pending> pending = new ArrayList<>();
  private Span bucket = new Span(0, 0);

  /**
   * Sums of those {@code gradients}, of {@code memory}, that change {@code trainable} parameters.
   */
  GradientSums(Collective workers, KernelMemory memory, INDArray gradients, List<Span> trainable) {
    this.workers = workers;
    this.memory = memory;
    this.gradients = gradients;
    spans = Sums.bridged(trainable);
  }

  /** Forgets what a step that failed has begun. */
  void clear() {
    begun.clear();
    pending.clear();
    bucket = new Span(0, 0);
  }

  @Override
  public void written(long offset, long length) {
    if (workers.workers() == 1 || gradients.dataType() != DataType.FLOAT) {
      return;
    }
    for (Span span : spans) {
      long from = Math.max(offset, span.offset());
      long to = Math.min(offset + length, span.end());
      if (from < to) {
        collect(new Span(from, to - from));
      }
    }
  }

  /** Layers come from the last to the first, so that each lies before the one that came last. */
  private void collect(Span part) {
    if (part.end() == bucket.offset()) {
      bucket = new Span(part.offset(), part.length() + bucket.length());
    } else {
      begin();
      bucket = part;
    }
    if (bucket.length() >= BUCKET) {
      begin();
    }
  }

  private void begin() {
    if (bucket.length() > 0) {
      pending.add(Sums.begin(workers, memory, gradients, bucket));
      begun.add(bucket);
      bucket = new Span(0, 0);
    }
  }

  /** Returns once all gradients are the sums. */
  void await() {
    if (workers.workers() > 1) {
      begin();
      Sums.over(workers, memory, gradients, rest());
      pending.forEach(Collective.Pending::await);
    }
    clear();
  }

  /** What was not begun. */
  private List<Span> rest() {
    List<Span> parts = new ArrayList<>();
    for (Span span : spans) {
      List<Span> within =
          Span.joined(begun.stream().filter(part -> span.contains(part)).toList()).stream()
              .map(part -> new Span(part.offset() - span.offset(), part.length()))
              .toList();
      for (Span left : Span.between(within, span.length())) {
        parts.add(new Span(span.offset() + left.offset(), left.length()));
      }
    }
    return parts;
  }
}
