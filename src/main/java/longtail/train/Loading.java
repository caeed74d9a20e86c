package longtail.train;

import longtail.config.Default;
import longtail.config.Ranges;

/**
 * How a worker reads its images; it changes the speed and never the result.
 *
 * @param threads threads of a worker that decode and augment
 * @param ahead batches that are prepared before they are needed
 * @param cacheMebibytes memory of a worker for decoded images, so that each is decoded once
 */
public record Loading(
    @Default("1") int threads, @Default("2") int ahead, @Default("512") int cacheMebibytes) {
  /** Checks that there is a thread and a batch ahead. */
  public Loading {
    Ranges.atLeast("threads", 1, threads);
    Ranges.atLeast("ahead", 1, ahead);
    Ranges.atLeast("cache-mebibytes", 0, cacheMebibytes);
  }

  /** Budget of the cache of decoded images. */
  public long cacheBytes() {
    return (long) cacheMebibytes << 20;
  }
}
