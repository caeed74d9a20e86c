package longtail.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import longtail.dataset.Normalization;
import longtail.image.ImageSource;
import longtail.image.augment.Pipeline;
import longtail.sample.Population;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.InputSize;
import longtail.train.experiment.Rounds;
import org.junit.jupiter.api.Test;

class PrefetcherTest {
  private static final int[] LABELS = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};

  /** Takes its time for each image, interrupted or not. */
  private static final class SlowImages implements ImageSupply {
    private static final long NANOS = 50_000_000;

    private final AtomicInteger reading = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicInteger late = new AtomicInteger();

    @Override
    public void fill(int row, Pipeline pipeline, SplittableRandom random, float[] out, int offset) {
      reading.incrementAndGet();
      long end = System.nanoTime() + NANOS;
      while (System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      if (closed.get()) {
        late.incrementAndGet();
      }
      reading.decrementAndGet();
    }

    @Override
    public ImageSource source(int row) {
      throw new AssertionError("every image is filled");
    }

    @Override
    public String name(int row) {
      return "row " + row;
    }

    @Override
    public void close() {
      closed.set(true);
    }
  }

  @Test
  void noImageIsReadAnyMoreOnceItIsClosed() throws InterruptedException {
    Experiment experiment =
        Experiment.parse("name: slow\nstages: [{epochs: 9, batch-size: 4}]", "slow", List.of());
    SlowImages images = new SlowImages();
    ImageSet training =
        new ImageSet(
            Population.of(LABELS, 2, LABELS.length),
            images,
            Pipeline.of(List.of(), Normalization.none(), 1, 1));
    BatchSource source =
        new BatchSource(experiment, training, Optional.empty(), new InputSize(1, 1), 0, 1);
    Rounds rounds = Rounds.of(experiment, LABELS.length);
    try (Prefetcher prefetcher = new Prefetcher(source, rounds, experiment.loading(), "the test")) {
      prefetcher.batch(Cursor.START, Optional.empty(), 1);
      while (images.reading.get() == 0) {
        Thread.sleep(1);
      }
    }
    training.close();
    assertThat(images.reading).hasValue(0);
    Thread.sleep(2 * SlowImages.NANOS / 1_000_000);
    assertThat(images.late).hasValue(0);
  }
}
