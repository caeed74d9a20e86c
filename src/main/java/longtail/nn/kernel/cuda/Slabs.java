package longtail.nn.kernel.cuda;

import java.util.Arrays;

/**
 * How the kernels of normalisation.cu share out a map as a matrix [positions, channels].
 *
 * @param grid the threads, a row of blocks per slab
 * @param slab positions of a slab
 * @param packed whether each thread has as many channels as one access moves, else one
 */
record Slabs(Grid grid, long slab, boolean packed) {
  private static final int WARP = 32;
  private static final int MOST_SLABS = 4096;

  static Slabs of(long positions, int channels, int width, Device device) {
    int packs = channels / width;
    int threadsX = Math.min(WARP, packs);
    int threadsY = Grid.THREADS / threadsX;
    long columns = (packs + threadsX - 1L) / threadsX;
    long turns = (positions + threadsY - 1) / threadsY;
    long wanted = Math.max(1, Math.min(turns, Grid.blocks(device) / columns));
    long slabs = Math.min(MOST_SLABS, wanted);
    long slab = (turns + slabs - 1) / slabs * threadsY;
    return new Slabs(
        new Grid(columns, (positions + slab - 1) / slab, threadsX, threadsY), slab, width > 1);
  }

  /** Whether all addresses allow an access of 16 bytes. */
  static boolean aligned(long... addresses) {
    return Arrays.stream(addresses).allMatch(address -> address % 16 == 0);
  }
}
