package longtail.nn.kernel.cuda;

/** The kernels that go over maps and vectors number by number. */
public final class MapKernels {
  private final Device device;

  /** Those of {@code device}. */
  public MapKernels(Device device) {
    this.device = device;
  }

  private Grid grid(long length, int packed) {
    return Grid.over(packed == 1 ? length / device.numbers().pack() + 1 : length, device);
  }

  private static int packed(long... maps) {
    return Slabs.aligned(maps) ? 1 : 0;
  }

  /** {@code result = max(0, a + b)} of maps; it may be one of the two. */
  public void addRectified(long a, long b, long result, long length) {
    add(a, b, result, 1, length);
  }

  /** {@code result = a + b} of maps; it may be one of the two. */
  public void add(long a, long b, long result, long length) {
    add(a, b, result, 0, length);
  }

  private void add(long a, long b, long result, int rectified, long length) {
    int packed = packed(a, b, result);
    device.launch("add", grid(length, packed), a, b, result, rectified, length, packed);
  }

  /** {@code result = a + b} where {@code y} is positive, else 0; {@code b} may be 0 for nothing. */
  public void mask(long y, long a, long b, long result, long length) {
    int packed = packed(y, a, b, result);
    device.launch("mask", grid(length, packed), y, a, b, result, length, packed);
  }

  /** {@code target += addend} of float32 vectors. */
  public void addVectors(long target, long addend, long length) {
    device.launch("addVectors", Grid.over(length, device), target, addend, length);
  }

  /** Copies float32 numbers into as many of bfloat16. */
  public void narrow(long from, long to, long length) {
    device.launch("narrowNumbers", Grid.over(length, device), from, to, length);
  }

  /** Copies bfloat16 numbers into as many of float32. */
  public void widen(long from, long to, long length) {
    device.launch("widenNumbers", Grid.over(length, device), from, to, length);
  }

  /** Makes the {@code int} at {@code found}, which must be 0, 1 if two bytes differ. */
  public void findDifference(long a, long b, long found, long bytes) {
    device.launch("findDifference", Grid.over(bytes, device), a, b, found, bytes);
  }

  /**
   * Images of bytes as maps: {@code (x / 255 - mean) / deviation}, and zero in the channels that a
   * map has more.
   *
   * @param images {@code [positions, channels]} bytes
   * @param maps {@code [positions, outputs]}
   * @param mean {@code [channels]} float32 numbers, as {@code deviation}
   */
  public void standardize(
      long images,
      long maps,
      long mean,
      long deviation,
      int channels,
      int outputs,
      long positions) {
    long length = positions * outputs;
    device.launch(
        "standardize",
        Grid.over(length, device),
        images,
        maps,
        mean,
        deviation,
        channels,
        outputs,
        length);
  }
}
