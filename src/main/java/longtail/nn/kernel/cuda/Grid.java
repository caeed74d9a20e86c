package longtail.nn.kernel.cuda;

/**
 * How many threads run a kernel.
 *
 * @param columns blocks beside each other
 * @param rows blocks below each other, at most 65535
 * @param threadsX threads of a block beside each other
 * @param threadsY threads of a block below each other
 */
public record Grid(long columns, long rows, int threadsX, int threadsY) {
  /** The most threads of a block that the kernels have shared memory for. */
  public static final int THREADS = 256;

  private static final int MOST_ROWS = 65535;

  /** Blocks of a processor that hide each other's waiting. */
  private static final int BLOCKS_PER_PROCESSOR = 8;

  /** Checks the limits of CUDA and of the kernels. */
  public Grid {
    if (columns < 1 || columns > Integer.MAX_VALUE || rows < 1 || rows > MOST_ROWS) {
      throw new IllegalArgumentException("no grid of %d x %d blocks".formatted(columns, rows));
    }
    if (threadsX < 1 || threadsY < 1 || threadsX * threadsY > THREADS) {
      throw new IllegalArgumentException(
          "no block of %d x %d threads".formatted(threadsX, threadsY));
    }
  }

  /** Blocks that occupy {@code device} for kernels whose threads take turns. */
  public static long blocks(Device device) {
    return (long) device.processors() * BLOCKS_PER_PROCESSOR;
  }

  /**
   * One thread for each of {@code length} numbers; on {@code device} they take turns if there are
   * many.
   */
  public static Grid over(long length, Device device) {
    long blocks = Math.max(1, Math.min((length + THREADS - 1) / THREADS, blocks(device)));
    return new Grid(blocks, 1, THREADS, 1);
  }
}
