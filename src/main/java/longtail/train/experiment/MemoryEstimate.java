package longtail.train.experiment;

import java.util.Locale;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.Recomputation;
import longtail.nn.graph.Architecture;
import org.bytedeco.javacpp.Pointer;

/**
 * What a process needs of memory at least to train, reckoned before anything is built: so an
 * experiment that can never run is refused at once. It may need more: what methods keep, images in
 * the cache, and Spark are not in it.
 *
 * @param offHeap bytes outside of the Java heap: parameters, gradients and feature maps
 * @param heap bytes of the Java heap: batches that are made ahead
 * @param parameters numbers of the network
 * @param pixels numbers of the images of a worker's step
 * @param images of a step in the process
 */
public record MemoryEstimate(
    double offHeap, double heap, double parameters, double pixels, int images) {
  private static final double GIBIBYTE = 1L << 30;

  /** The largest array of the Java heap. */
  private static final double LARGEST_ARRAY = Integer.MAX_VALUE - 8.0;

  /**
   * Memory of a process.
   *
   * @param offHeap bytes outside of the Java heap
   * @param heap bytes of the Java heap
   */
  public record Room(double offHeap, double heap) {
    /** That of this process. */
    public static Room here() {
      long most = Pointer.maxBytes();
      return new Room(most > 0 ? most : Double.POSITIVE_INFINITY, Runtime.getRuntime().maxMemory());
    }
  }

  /**
   * The estimate for a process that has {@code here} of {@code workers} workers.
   *
   * @param trainingImages of the whole set
   */
  static MemoryEstimate of(
      Experiment experiment, Architecture architecture, int trainingImages, int workers, int here) {
    double pixels = 3.0 * architecture.height() * architecture.width();
    Model.Precision precision = experiment.model().precision();
    double parameters = architecture.leastParameters();
    double numbers =
        experiment.model().recompute() == Recomputation.BLOCKS
            ? architecture.leastBlockInputs()
            : architecture.leastMaps();
    double maps = numbers * precision.maps().width();
    double offHeap = 0;
    int most = 0;
    for (Stage stage : experiment.stages()) {
      int images = images(Math.min(stage.batchSize(), trainingImages), workers, here);
      // a backbone that rests keeps no maps for a backward pass
      double kept = stage.freeze() instanceof Freeze.None ? maps : 0;
      double part = Math.ceil((double) images / stage.accumulate());
      offHeap = Math.max(offHeap, part * kept + images * pixels * precision.type().width());
      most = Math.max(most, images);
    }
    return new MemoryEstimate(
        2 * parameters * precision.type().width() * here + offHeap,
        pixels * Float.BYTES * most * experiment.loading().ahead(),
        parameters,
        pixels * most / here,
        most);
  }

  private static int images(int batch, int workers, int here) {
    return (int) Math.ceil((double) batch / workers * here);
  }

  /**
   * Refuses what cannot fit.
   *
   * @throws LongTailException (CONFIG) with the estimate
   */
  public void require(Room room) {
    if (parameters > LARGEST_ARRAY) {
      throw refused("its parameters fit into no array");
    }
    if (pixels > LARGEST_ARRAY) {
      throw refused("the pixels of a worker's images fit into no array");
    }
    if (offHeap > room.offHeap) {
      throw refused(
          "outside of the Java heap there are %s (org.bytedeco.javacpp.maxbytes, or LONGTAIL_EXECUTOR_OFFHEAP)"
              .formatted(gibibytes(room.offHeap)));
    }
    if (heap > room.heap) {
      throw refused("the Java heap has %s".formatted(gibibytes(room.heap)));
    }
  }

  private LongTailException refused(String why) {
    return new LongTailException(
        ErrorCode.CONFIG,
        "this experiment cannot run in a process: it needs %s, but %s; take a smaller network, batch-size or image, or more memory"
            .formatted(this, why));
  }

  @Override
  public String toString() {
    return "at least %s for a network of %s parameters and %d images of a step, and %s of the Java heap"
        .formatted(gibibytes(offHeap), grouped(parameters), images, gibibytes(heap));
  }

  private static String gibibytes(double bytes) {
    return String.format(Locale.ROOT, bytes < GIBIBYTE ? "%.3f GiB" : "%.1f GiB", bytes / GIBIBYTE);
  }

  private static String grouped(double number) {
    return String.format(Locale.ROOT, "%,.0f", number);
  }
}
