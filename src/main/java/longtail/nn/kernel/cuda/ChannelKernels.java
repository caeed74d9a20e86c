package longtail.nn.kernel.cuda;

/**
 * The kernels that go over a map channel by channel, for maps of one extent: sums over positions
 * and what is computed with numbers of the channels. Addresses are of maps or of {@code [channels]}
 * float32 numbers; 0 stands for what is not there.
 */
public final class ChannelKernels {
  private static final int SUM_CHANNELS = 8;

  private final Device device;
  private final Room room;
  private final long positions;
  private final int channels;
  private final Slabs scalar;
  private final Slabs packed;

  /**
   * For maps of {@code positions} times {@code channels} numbers.
   *
   * @param room for sums of slabs, which another kernel may use afterwards
   */
  public ChannelKernels(Device device, Room room, long positions, int channels) {
    this.device = device;
    this.room = room;
    this.positions = positions;
    this.channels = channels;
    int pack = device.numbers().pack();
    scalar = Slabs.of(positions, channels, 1, device);
    packed = channels % pack == 0 ? Slabs.of(positions, channels, pack, device) : scalar;
  }

  /** Scale, shift, mean and variance of a normalisation, and what is added to the variance. */
  public record Numbers(long scale, long shift, long mean, long variance, float epsilon) {}

  private Slabs slabs(long... maps) {
    return Slabs.aligned(maps) ? packed : scalar;
  }

  private static int flag(boolean value) {
    return value ? 1 : 0;
  }

  private long partials(Slabs slabs) {
    return room.address(2 * Float.BYTES * slabs.grid().rows() * channels);
  }

  private Grid acrossSlabs() {
    int rows = Grid.THREADS / SUM_CHANNELS;
    return new Grid((channels + SUM_CHANNELS - 1) / SUM_CHANNELS, 1, SUM_CHANNELS, rows);
  }

  /** Writes mean and biased variance of {@code x}. */
  public void moments(long x, long mean, long variance) {
    Slabs slabs = slabs(x);
    long partials = partials(slabs);
    device.launch(
        "moments",
        slabs.grid(),
        x,
        partials,
        positions,
        channels,
        slabs.slab(),
        flag(slabs.packed()));
    device.launch(
        "momentsOfSlabs",
        acrossSlabs(),
        partials,
        mean,
        variance,
        positions,
        channels,
        slabs.slab(),
        Math.toIntExact(slabs.grid().rows()));
  }

  /** {@code y = scale (x - mean) / deviation + shift (+ addend)}, rectified or not. */
  public void normalize(long x, long addend, long y, Numbers numbers, boolean rectified) {
    Slabs slabs = slabs(x, addend, y);
    device.launch(
        "normalize",
        slabs.grid(),
        x,
        addend,
        y,
        numbers.mean,
        numbers.variance,
        numbers.scale,
        numbers.shift,
        numbers.epsilon,
        flag(rectified),
        positions,
        channels,
        slabs.slab(),
        flag(slabs.packed()));
  }

  /**
   * Writes the sums over positions of {@code gradient}, zero where {@code y} is not positive, and
   * of its products with the normalised {@code x}.
   */
  public void gradientSums(
      long x, long y, long gradient, Numbers numbers, long sums, long products) {
    Slabs slabs = slabs(x, y, gradient);
    long partials = partials(slabs);
    device.launch(
        "gradientSums",
        slabs.grid(),
        x,
        y,
        gradient,
        numbers.mean,
        numbers.variance,
        numbers.epsilon,
        partials,
        positions,
        channels,
        slabs.slab(),
        flag(slabs.packed()));
    device.launch(
        "sumsOfSlabs",
        acrossSlabs(),
        partials,
        sums,
        products,
        channels,
        Math.toIntExact(slabs.grid().rows()));
  }

  /**
   * Writes the gradients of {@code x} and, unless it is 0, of the addend.
   *
   * @param perPosition 1 / positions that the moments are of, or 0 if they are constants
   */
  public void normalizeBackward(
      long x,
      long y,
      long gradient,
      long gradX,
      long gradAddend,
      Numbers numbers,
      long sums,
      long products,
      float perPosition) {
    Slabs slabs = slabs(x, y, gradient, gradX, gradAddend);
    device.launch(
        "normalizeBackward",
        slabs.grid(),
        x,
        y,
        gradient,
        gradX,
        gradAddend,
        numbers.mean,
        numbers.variance,
        numbers.scale,
        sums,
        products,
        numbers.epsilon,
        perPosition,
        positions,
        channels,
        slabs.slab(),
        flag(slabs.packed()));
  }

  /**
   * Writes the derivative of the output while {@code x}, scale and shift move.
   *
   * @param sums of the tangents of {@code x}, with {@code products}; read if {@code perPosition} is
   *     not 0
   */
  public void normalizeTangent(
      long x,
      long y,
      long tangentX,
      long tangentY,
      Numbers numbers,
      long tangentScale,
      long tangentShift,
      long sums,
      long products,
      float perPosition) {
    Slabs slabs = slabs(x, y, tangentX, tangentY);
    device.launch(
        "normalizeTangent",
        slabs.grid(),
        x,
        y,
        tangentX,
        tangentY,
        numbers.mean,
        numbers.variance,
        numbers.scale,
        tangentScale,
        tangentShift,
        sums,
        products,
        numbers.epsilon,
        perPosition,
        positions,
        channels,
        slabs.slab(),
        flag(slabs.packed()));
  }

  /** {@code y = result + bias (+ y)}, rectified or not. */
  public void shift(long result, long bias, long y, boolean added, boolean rectified) {
    Slabs slabs = slabs(result, y);
    device.launch(
        "shift",
        slabs.grid(),
        result,
        bias,
        y,
        flag(added),
        flag(rectified),
        positions,
        channels,
        slabs.slab(),
        flag(slabs.packed()));
  }
}
