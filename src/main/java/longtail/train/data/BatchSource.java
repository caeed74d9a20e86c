package longtail.train.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import longtail.RandomStreams;
import longtail.sample.BatchStream;
import longtail.sample.Population;
import longtail.sample.RowDraw;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.InputSize;
import longtail.train.experiment.Stage;

/**
 * What one worker contributes to each global step: the images of its shards, augmented, for the
 * stage's own batch and for every further stream of the stage's method.
 *
 * <p>Worker {@code w} of {@code W} serves the shards {@code s} with {@code s mod W = w}. The
 * augmentation of an image has a random stream of its own, named by the step, the stream of
 * batches, the view, the shard and the place in the shard's part of the batch. So neither the
 * number of workers nor the order in which images are made changes them.
 */
public final class BatchSource {
  /** Sets the streams of this class apart from the program's other streams of the same seed. */
  private static final long STREAM = 0x4155474D454E54L;

  /** Sets the augmentation of further batches and views apart from that of the first. */
  private static final long FURTHER = 0x56494557L;

  private static final Optional<RowDraw> BY_SAMPLER = Optional.empty();

  /** A place in the batch: which image, and the key of its stream. */
  private record Place(int row, int shard, int position) {
    long key() {
      return (long) shard << Integer.SIZE | position;
    }
  }

  private final Experiment experiment;
  private final ImageSet training;
  private final Optional<ImageSet> meta;
  private final InputSize size;
  private final int worker;
  private final int workers;
  private int plannedStage = -1;
  private List<StreamPlan> plans = List.of();

  public BatchSource(
      Experiment experiment,
      ImageSet training,
      Optional<ImageSet> meta,
      InputSize size,
      int worker,
      int workers) {
    this.experiment = experiment;
    this.training = training;
    this.meta = meta;
    this.size = size;
    this.worker = worker;
    this.workers = workers;
  }

  /** Size of the images it makes. */
  public InputSize size() {
    return size;
  }

  /** Whether the draws of the step at {@code cursor} are up to the learner of its stage. */
  boolean learnsDraws(Cursor cursor) {
    return experiment.stages().get(cursor.stage()).method().learnsDraws();
  }

  /** As {@link #draft(Cursor, Optional)}, with the stage's sampler. */
  public Draft draft(Cursor cursor) {
    return draft(cursor, Optional.empty());
  }

  /**
   * The worker's part of the step at {@code cursor}, still to be filled. Not thread-safe.
   *
   * @param draw what the stage's own batch is drawn with, instead of its sampler
   */
  public Draft draft(Cursor cursor, Optional<RowDraw> draw) {
    Stage stage = experiment.stages().get(cursor.stage());
    if (cursor.stage() != plannedStage) {
      plans = plans(stage, cursor.stage());
      plannedStage = cursor.stage();
    }
    int perEpoch = stage.batching().steps(training.population().size());
    long step = (long) cursor.epoch() * perEpoch + cursor.step();
    List<Part> parts = new ArrayList<>();
    long offset = 0;
    for (int k = 0; k < plans.size(); k++) {
      BatchStream.Source source =
          k == 0 ? BatchStream.Source.TRAINING : stage.streams().get(k - 1).source();
      ImageSet set = set(source);
      int views = source == BatchStream.Source.TRAINING ? stage.method().views() : 1;
      IntFunction<int[]> rows = rows(plans.get(k), step, k == 0 ? draw : BY_SAMPLER);
      boolean used = k == 0 || stage.streams().get(k - 1).use().of(cursor.epoch(), step);
      List<Place> places = used ? places(rows, set.population()) : List.of();
      Part part = new Part(k, set, places, views, offset, used);
      parts.add(part);
      offset += (long) part.images() * size.length();
    }
    return new Draft(cursor, parts);
  }

  private List<StreamPlan> plans(Stage stage, int index) {
    List<StreamPlan> made = new ArrayList<>();
    made.add(StreamPlan.own(stage, index, experiment.seed(), training.population()));
    long steps = (long) stage.epochs() * stage.batching().steps(training.population().size());
    for (BatchStream stream : stage.streams()) {
      made.add(
          StreamPlan.further(
              stream,
              made.size(),
              stage,
              index,
              experiment.seed(),
              set(stream.source()).population(),
              steps));
    }
    return made;
  }

  private ImageSet set(BatchStream.Source source) {
    return switch (source) {
      case TRAINING -> training;
      case META ->
          meta.orElseThrow(() -> new IllegalStateException("the worker was given no meta set"));
    };
  }

  /** The rows of a stream by shard. */
  private static IntFunction<int[]> rows(StreamPlan plan, long step, Optional<RowDraw> draw) {
    if (draw.isEmpty()) {
      return shard -> plan.rows(step, shard);
    }
    int[][] drawn = plan.rows(step, draw.get());
    return shard -> drawn[shard];
  }

  private List<Place> places(IntFunction<int[]> rowsOfShard, Population population) {
    List<Place> places = new ArrayList<>();
    for (int shard = worker; shard < population.shards(); shard += workers) {
      int[] rows = rowsOfShard.apply(shard);
      for (int i = 0; i < rows.length; i++) {
        places.add(new Place(rows[i], shard, i));
      }
    }
    return places;
  }

  /** The worker's part of one stream's batch; its views lie behind one another. */
  public final class Part {
    private final int stream;
    private final ImageSet set;
    private final List<Place> places;
    private final int views;
    private final long offset;
    private final boolean used;

    private Part(
        int stream, ImageSet set, List<Place> places, int views, long offset, boolean used) {
      this.stream = stream;
      this.set = set;
      this.places = places;
      this.views = views;
      this.offset = offset;
      this.used = used;
    }

    /** Whether the step uses it; else it is empty for all workers. */
    public boolean used() {
      return used;
    }

    /** Number of images, each view counted. */
    private int images() {
      return places.size() * views;
    }

    /** Index of the first number of view {@code view} in the pixels of the draft. */
    int offset(int view) {
      return Math.toIntExact(offset + (long) view * places.size() * size.length());
    }

    /** Number of views. */
    int views() {
      return views;
    }

    public int[] rows() {
      return places.stream().mapToInt(Place::row).toArray();
    }

    long[] places() {
      return places.stream().mapToLong(Place::key).toArray();
    }

    public int[] labels() {
      return places.stream().mapToInt(place -> set.population().label(place.row())).toArray();
    }

    private void fill(Cursor cursor, float[] pixels, int image) {
      int view = image / places.size();
      Place place = places.get(image % places.size());
      SplittableRandom random = random(cursor, view, place);
      int to = Math.toIntExact(offset + (long) image * size.length());
      set.images().fill(place.row(), set.pipeline(), random, pixels, to);
    }

    private SplittableRandom random(Cursor cursor, int view, Place place) {
      long seed = experiment.seed();
      if (stream > 0 || view > 0) {
        seed = RandomStreams.of(seed, FURTHER, stream, view).nextLong();
      }
      return RandomStreams.of(
          seed,
          STREAM,
          cursor.stage(),
          cursor.epoch(),
          cursor.step(),
          place.shard(),
          place.position());
    }
  }

  /** The batches of a step, whose rows are known and whose pixels are not yet. */
  public final class Draft {
    private final Cursor cursor;
    private final List<Part> parts;

    private Draft(Cursor cursor, List<Part> parts) {
      this.cursor = cursor;
      this.parts = parts;
    }

    /** The stage's own batch first, then the further streams. */
    public List<Part> parts() {
      return parts;
    }

    /** Number of images of all parts, each view counted; possibly none. */
    public int images() {
      return parts.stream().mapToInt(Part::images).sum();
    }

    /** Numbers of all images. */
    public int length() {
      return Math.multiplyExact(images(), size.length());
    }

    /**
     * Writes images {@code from} (inclusive) to {@code to} (exclusive) to their places in {@code
     * pixels}, {@code [images, height, width, 3]}. Safe for use by several threads on different
     * parts.
     */
    public void fill(float[] pixels, int from, int to) {
      int before = 0;
      for (Part part : parts) {
        int end = Math.min(to - before, part.images());
        for (int i = Math.max(from - before, 0); i < end; i++) {
          part.fill(cursor, pixels, i);
        }
        before += part.images();
      }
    }
  }
}
