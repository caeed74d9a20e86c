package longtail.method.metasampler;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import longtail.method.Contribution;
import longtail.method.MethodState;
import longtail.optim.Adam;
import longtail.optim.Span;
import longtail.sample.SampleRates;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The parameters of the sample rates as Adam moves them, and those of the steps just before, which
 * batches may have been drawn with.
 *
 * <p>All of it is numbers, so the state of several workers merges to their {@link
 * Contribution#mean}.
 */
final class MetaSamplerState implements MethodState {
  private final Adam optimizer;
  // past[k]: parameters before the last k steps
  private double[][] past;
  private INDArray moments;

  /** Rates that were {@code initial} all along, of which those of {@code lag} steps are kept. */
  MetaSamplerState(SampleRates initial, int lag, Adam optimizer) {
    this.optimizer = optimizer;
    past = new double[lag + 1][];
    Arrays.setAll(past, k -> initial.parameters());
    moments = Nd4j.zeros(DataType.DOUBLE, optimizer.stateLength(initial.classes()));
  }

  /** The rates as they were {@code steps} steps ago, at most the lag. */
  SampleRates before(int steps) {
    return SampleRates.of(past[steps]);
  }

  /** Moves the rates by {@code gradient}, {@code [classes]}. */
  void step(double[] gradient, long iteration) {
    int classes = gradient.length;
    INDArray parameters = Nd4j.createFromArray(past[0]);
    optimizer.step(
        parameters,
        Nd4j.createFromArray(gradient),
        moments,
        optimizer.lr(),
        List.of(new Span(0, classes)),
        iteration);
    for (int k = past.length - 1; k > 0; k--) {
      past[k] = past[k - 1];
    }
    past[0] = parameters.toDoubleVector();
  }

  /** Forgets how the rates were before the steps taken so far: they were the present ones. */
  void forgetPast() {
    Arrays.fill(past, past[0]);
  }

  /** The parameters, the latest first, then the state of Adam. */
  @Override
  public byte[] toBytes() {
    ByteBuffer buffer = ByteBuffer.allocate(8 * (past.length * past[0].length + length(moments)));
    for (double[] parameters : past) {
      buffer.asDoubleBuffer().put(parameters);
      buffer.position(buffer.position() + 8 * parameters.length);
    }
    buffer.asDoubleBuffer().put(moments.toDoubleVector());
    return buffer.array();
  }

  private static int length(INDArray array) {
    return Math.toIntExact(array.length());
  }

  @Override
  public void merge(List<Contribution> contributions) {
    restore(Contribution.mean(contributions));
  }

  /** Goes back to a state that {@link #toBytes} gave. */
  void restore(byte[] bytes) {
    int classes = past[0].length;
    double[] numbers = new double[bytes.length / 8];
    ByteBuffer.wrap(bytes).asDoubleBuffer().get(numbers);
    if (numbers.length != past.length * classes + length(moments)) {
      throw new IllegalArgumentException(
          "the state of the sample rates must have %d numbers, had %d"
              .formatted(past.length * classes + length(moments), numbers.length));
    }
    for (int k = 0; k < past.length; k++) {
      past[k] = Arrays.copyOfRange(numbers, k * classes, (k + 1) * classes);
    }
    moments =
        Nd4j.createFromArray(Arrays.copyOfRange(numbers, past.length * classes, numbers.length));
  }
}
