package longtail.nn.kernel.cuda;

import org.bytedeco.javacpp.DoublePointer;

/**
 * The kernels that go over float32 vectors of a whole network: steps of optimisers and averages.
 */
public final class VectorKernels {
  private final Device device;
  private final Room room;

  /**
   * Those of {@code device}.
   *
   * @param room for sums of blocks, which another kernel may use afterwards
   */
  public VectorKernels(Device device, Room room) {
    this.device = device;
    this.room = room;
  }

  /** {@code w -= rate (g + decay w)}. */
  public void descend(long weights, long gradients, float rate, float decay, long length) {
    device.launch("descend", Grid.over(length, device), weights, gradients, rate, decay, length);
  }

  /**
   * {@code v = momentum v + g + decay w}, then {@code w -= rate (ofGradient (g + decay w) +
   * ofVelocity v)}.
   */
  public void descendWithMomentum(
      long weights,
      long gradients,
      long velocities,
      float rate,
      float momentum,
      float decay,
      float ofGradient,
      float ofVelocity,
      long length) {
    device.launch(
        "descendWithMomentum",
        Grid.over(length, device),
        weights,
        gradients,
        velocities,
        rate,
        momentum,
        decay,
        ofGradient,
        ofVelocity,
        length);
  }

  /**
   * Factors of a step of Adam.
   *
   * @param rate learning rate, corrected for the start of the means at 0
   * @param kept share of the mean gradient that stays
   * @param added share of the gradient that is added
   * @param keptSquare share of the mean squared gradient that stays
   * @param addedSquare share of the squared gradient that is added
   * @param correction root of what the mean squares have reached of their sum of weights
   * @param epsilon added to the root
   * @param decay factor of the weights that is added to the gradient
   */
  public record MomentFactors(
      float rate,
      float kept,
      float added,
      float keptSquare,
      float addedSquare,
      float correction,
      float epsilon,
      float decay) {}

  /** A step of Adam. */
  public void descendByMoments(
      long weights, long gradients, long means, long squares, MomentFactors f, long length) {
    device.launch(
        "descendByMoments",
        Grid.over(length, device),
        weights,
        gradients,
        means,
        squares,
        f.rate,
        f.kept,
        f.added,
        f.keptSquare,
        f.addedSquare,
        f.correction,
        f.epsilon,
        f.decay,
        length);
  }

  /** {@code target = kept target + added other}. */
  public void move(long target, long other, float kept, float added, long length) {
    device.launch("move", Grid.over(length, device), target, other, kept, added, length);
  }

  /** Makes all numbers {@code value}. */
  public void fill(long target, float value, long length) {
    device.launch("fillNumbers", Grid.over(length, device), target, value, length);
  }

  /** The sum of the squares, which is finite exactly if all numbers are; waits for it. */
  public double sumOfSquares(long numbers, long length) {
    Grid grid = Grid.over(length, device);
    long blocks = grid.columns();
    long sums = room.address(blocks * Double.BYTES);
    device.launch("sumOfSquares", grid, numbers, sums, length);
    try (DoublePointer parts = new DoublePointer(blocks)) {
      device.download(sums, parts, blocks * Double.BYTES);
      double sum = 0;
      for (long i = 0; i < blocks; i++) {
        sum += parts.get(i);
      }
      return sum;
    }
  }
}
