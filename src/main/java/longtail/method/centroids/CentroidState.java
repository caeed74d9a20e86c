package longtail.method.centroids;

import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import longtail.method.Contribution;
import longtail.method.MethodState;
import longtail.optim.Optimizer;
import longtail.optim.Span;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The centroids of {@link DiscriminativeCentroids}, and what their optimiser remembers.
 *
 * <p>All of it is numbers, so those of several workers merge to their {@link Contribution#mean}.
 */
final class CentroidState implements MethodState {
  private final Optimizer optimizer;
  private final Optional<Consumer<INDArray>> ofHead;
  private INDArray centroids;
  private INDArray memory;

  /**
   * Centroids that did not move yet.
   *
   * @param initial {@code [classes, width]} row by row
   * @param ofHead gives them to parameters of the network that are to equal them, where there are
   *     such
   */
  CentroidState(double[] initial, Optimizer optimizer, Optional<Consumer<INDArray>> ofHead) {
    this.optimizer = optimizer;
    this.ofHead = ofHead;
    set(Arrays.copyOf(initial, initial.length + remembered(initial.length)), initial.length);
  }

  private int remembered(int length) {
    return Math.toIntExact(optimizer.stateLength(length));
  }

  private void set(double[] numbers, int length) {
    centroids = Nd4j.createFromArray(Arrays.copyOf(numbers, length));
    memory =
        numbers.length == length
            ? Nd4j.zeros(DataType.DOUBLE, 0)
            : Nd4j.createFromArray(Arrays.copyOfRange(numbers, length, numbers.length));
    tellHead();
  }

  private void tellHead() {
    ofHead.ifPresent(head -> head.accept(centroids));
  }

  /** The live centroids, {@code [classes * width]}. */
  INDArray centroids() {
    return centroids;
  }

  /** Moves them by {@code gradient}, {@code [classes, width]}. */
  void step(INDArray gradient, long iteration) {
    long length = centroids.length();
    optimizer.step(
        centroids,
        gradient.reshape('c', new long[] {length}),
        memory,
        optimizer.lr(),
        List.of(new Span(0, length)),
        iteration);
    tellHead();
  }

  /** The centroids, then the state of their optimiser. */
  @Override
  public byte[] toBytes() {
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.toIntExact(Double.BYTES * (centroids.length() + memory.length())));
    DoubleBuffer doubles = buffer.asDoubleBuffer().put(centroids.toDoubleVector());
    if (memory.length() > 0) {
      doubles.put(memory.toDoubleVector());
    }
    return buffer.array();
  }

  @Override
  public void merge(List<Contribution> contributions) {
    restore(Contribution.mean(contributions));
  }

  /** Goes back to what {@link #toBytes} gave. */
  void restore(byte[] bytes) {
    int length = Math.toIntExact(centroids.length());
    int numbers = length + remembered(length);
    if (bytes.length != Double.BYTES * numbers) {
      throw new IllegalArgumentException(
          "the state of the centroids must have %d numbers, had %d"
              .formatted(numbers, bytes.length / Double.BYTES));
    }
    double[] read = new double[numbers];
    ByteBuffer.wrap(bytes).asDoubleBuffer().get(read);
    set(read, length);
  }
}
