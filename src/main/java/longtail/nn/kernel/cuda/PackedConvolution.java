package longtail.nn.kernel.cuda;

/**
 * A convolution between the layouts of networks and of engines: float32 weights {@code [outputs,
 * channels / groups, window, window]} become packed ones with the channels last and the numbers of
 * maps, and an input whose channels do not fill an access of 16 bytes gets more of them, zeros.
 */
public final class PackedConvolution implements AutoCloseable {
  private final Device device;
  private final Rooms rooms;
  private final ConvolutionExtents given;
  private final ConvolutionExtents padded;
  private final ConvolutionEngine engine;

  /** A convolution of {@code extents} by an engine of {@code maker}. */
  public PackedConvolution(
      Device device, Rooms rooms, ConvolutionExtents extents, ConvolutionEngine.Maker maker) {
    this.device = device;
    this.rooms = rooms;
    given = extents;
    int pack = device.numbers().pack();
    int rounded = (extents.channels() + pack - 1) / pack * pack;
    padded = extents.groups() == 1 ? extents.withChannels(rounded) : extents;
    engine = maker.of(padded);
  }

  /** Bytes of the packed weights. */
  public long packedBytes() {
    return padded.weightLength() * device.numbers().bytes();
  }

  /** Bytes of the output. */
  public long outputBytes() {
    return padded.outputLength() * device.numbers().bytes();
  }

  /** Writes {@code weights} to {@code packed}, {@link #packedBytes} bytes. */
  public void pack(long weights, long packed) {
    long length = padded.weightLength();
    device.launch(
        "packWeights",
        Grid.over(length, device),
        weights,
        packed,
        given.channels() / given.groups(),
        padded.channels() / padded.groups(),
        given.window() * given.window(),
        length);
  }

  /** The packed form of {@code weights} in shared memory. */
  private long pack(long weights) {
    long packed = rooms.weights().address(packedBytes());
    pack(weights, packed);
    return packed;
  }

  /** {@code y} from packed weights. */
  public void forwardPacked(long x, long packed, long y) {
    engine.run(ConvolutionEngine.Direction.FORWARD, padded(x), packed, y);
  }

  /** {@code y}. */
  public void forward(long x, long weights, long y) {
    forwardPacked(x, pack(weights), y);
  }

  /** The gradient of {@code x}. */
  public void backData(long gradX, long weights, long gradY) {
    long packed = pack(weights);
    if (padded.equals(given)) {
      engine.run(ConvolutionEngine.Direction.BACK_DATA, gradX, packed, gradY);
      return;
    }
    long wide = rooms.maps().address(padded.inputLength() * device.numbers().bytes());
    engine.run(ConvolutionEngine.Direction.BACK_DATA, wide, packed, gradY);
    copyChannels(wide, padded.channels(), gradX, given);
  }

  /** The gradient of the weights, float32 in their layout. */
  public void backWeights(long x, long gradWeights, long gradY) {
    boolean wide = engine.wideGradients();
    long packed =
        rooms.weights().address(wide ? padded.weightLength() * Float.BYTES : packedBytes());
    engine.run(ConvolutionEngine.Direction.BACK_WEIGHTS, padded(x), packed, gradY);
    long length = given.weightLength();
    device.launch(
        wide ? "unpackWideWeights" : "unpackWeights",
        Grid.over(length, device),
        packed,
        gradWeights,
        given.channels() / given.groups(),
        padded.channels() / padded.groups(),
        given.window() * given.window(),
        length);
  }

  private long padded(long x) {
    if (padded.equals(given)) {
      return x;
    }
    long wide = rooms.maps().address(padded.inputLength() * device.numbers().bytes());
    copyChannels(x, given.channels(), wide, padded);
    return wide;
  }

  private void copyChannels(long from, int channels, long to, ConvolutionExtents target) {
    long length = target.inputLength();
    device.launch(
        "copyChannels", Grid.over(length, device), from, channels, to, target.channels(), length);
  }

  @Override
  public void close() {
    engine.close();
  }
}
