package longtail.train;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.image.Pipeline;
import longtail.image.RgbImage;
import longtail.image.Transform;
import longtail.sample.Epoch;
import longtail.sample.EpochPlan;
import longtail.sample.Population;

/**
 * What one worker contributes to each global step: the images of its shards, augmented.
 *
 * <p>Worker {@code w} of {@code W} serves the shards {@code s} with {@code s mod W = w}. The
 * augmentation of an image has a random stream of its own, named by the step, the shard and the
 * place in the shard's part of the batch. So neither the number of workers nor the order in which
 * images are made changes them.
 */
final class BatchSource {
  /** Sets the streams of this class apart from the program's other streams of the same seed. */
  private static final long STREAM = 0x4155474D454E54L;

  /** A place in the batch: which image, and the key of its stream. */
  private record Place(int row, int shard, int position) {}

  private final Experiment experiment;
  private final Population population;
  private final ImageSupply images;
  private final InputSize size;
  private final Pipeline normalization;
  private final int worker;
  private final int workers;
  private Cursor planned;
  private EpochPlan plan;

  BatchSource(
      Experiment experiment,
      Population population,
      ImageSupply images,
      InputSize size,
      Pipeline normalization,
      int worker,
      int workers) {
    this.experiment = experiment;
    this.population = population;
    this.images = images;
    this.size = size;
    this.normalization = normalization;
    this.worker = worker;
    this.workers = workers;
  }

  /** Size of the images it makes. */
  InputSize size() {
    return size;
  }

  /** The worker's part of the step at {@code cursor}, still to be filled. Not thread-safe. */
  Draft draft(Cursor cursor) {
    EpochPlan ofEpoch = plan(cursor);
    List<Place> places = new ArrayList<>();
    for (int shard = worker; shard < population.shards(); shard += workers) {
      int[] rows = ofEpoch.rows(cursor.step(), shard);
      for (int i = 0; i < rows.length; i++) {
        places.add(new Place(rows[i], shard, i));
      }
    }
    return new Draft(cursor, places);
  }

  private EpochPlan plan(Cursor cursor) {
    Cursor epoch = new Cursor(cursor.stage(), cursor.epoch(), 0);
    if (!epoch.equals(planned)) {
      Stage stage = experiment.stages().get(cursor.stage());
      plan =
          EpochPlan.of(
              population,
              stage.sampler(),
              stage.batching(),
              new Epoch(experiment.seed(), cursor.stage(), cursor.epoch(), stage.epochs()));
      planned = epoch;
    }
    return plan;
  }

  /** A batch whose rows are known and whose pixels are not yet. */
  final class Draft {
    private final Cursor cursor;
    private final List<Place> places;

    private Draft(Cursor cursor, List<Place> places) {
      this.cursor = cursor;
      this.places = places;
    }

    /** Number of images; possibly none. */
    int size() {
      return places.size();
    }

    int[] rows() {
      return places.stream().mapToInt(Place::row).toArray();
    }

    int[] labels() {
      return places.stream().mapToInt(place -> population.label(place.row())).toArray();
    }

    /**
     * Writes images {@code from} (inclusive) to {@code to} (exclusive) to their places in {@code
     * pixels}, {@code [size, height, width, 3]}. Safe for use by several threads on different
     * parts.
     */
    void fill(float[] pixels, int from, int to) {
      for (int i = from; i < to; i++) {
        Place place = places.get(i);
        SplittableRandom random = stream(place);
        RgbImage image = images.image(place.row());
        for (Transform transform : experiment.data().transforms()) {
          image = transform.apply(image, random);
        }
        requireSize(image, place.row());
        normalization.apply(image, random, pixels, i * size.length());
        for (Transform transform : experiment.data().transforms()) {
          transform.applyNormalized(pixels, i * size.length(), size.height(), size.width(), random);
        }
      }
    }

    private SplittableRandom stream(Place place) {
      return RandomStreams.of(
          experiment.seed(),
          STREAM,
          cursor.stage(),
          cursor.epoch(),
          cursor.step(),
          place.shard(),
          place.position());
    }
  }

  private void requireSize(RgbImage image, int row) {
    if (!size.matches(image)) {
      throw new LongTailException(
          ErrorCode.DATA,
          "%s has %d x %d pixels after the transforms, the network takes %s: prepare the dataset with one size, or end data.transforms with a crop or resize to one"
              .formatted(images.name(row), image.width(), image.height(), size));
    }
  }
}
