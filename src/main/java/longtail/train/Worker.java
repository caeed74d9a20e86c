package longtail.train;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.method.Learner;
import longtail.method.StepResult;
import longtail.nn.Network;
import longtail.optim.Span;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One of the workers of a run: it takes the state of a round's beginning through the round's steps
 * on the images of its own shards.
 *
 * <p>A worker is resident: its network, its buffers, its decoded images and its threads stay from
 * round to round, and the method's state, to which a round may bring only what changed. Nothing
 * else is remembered: the result of a round is a function of the state it is given. Not safe for
 * use by several threads at once.
 */
public final class Worker implements AutoCloseable {
  private static final int REMEMBERED_LOSSES = 5;
  private static final long DROPOUT_STREAM = 0x44524F50L;

  private final Experiment experiment;
  private final Rounds rounds;
  private final int index;
  private final int workers;
  private final StageLearners learners;
  private final List<ImageSet> sets;
  private final Prefetcher prefetcher;
  private final DeviceBatch device;
  private final StepPartners partners;
  private final Deque<Double> lastLosses = new ArrayDeque<>();
  private Optional<Held> held = Optional.empty();
  private Optional<Held> heldFrozen = Optional.empty();

  /** Which of the states of a {@link MethodHistory}, or of what is frozen, a learner has. */
  private record Held(Learner learner, long version) {}

  Worker(
      Experiment experiment,
      ImageSet training,
      Optional<ImageSet> meta,
      InputSize size,
      StageLearners learners,
      StepPartners partners,
      DataType type,
      int index,
      int workers) {
    this.experiment = experiment;
    this.rounds = Rounds.of(experiment, training.population().size());
    this.index = index;
    this.workers = workers;
    this.learners = learners;
    this.partners = partners;
    this.sets = new ArrayList<>(List.of(training));
    meta.ifPresent(sets::add);
    BatchSource source = new BatchSource(experiment, training, meta, size, index, workers);
    this.prefetcher = new Prefetcher(source, rounds, experiment.loading(), "worker " + index);
    this.device = new DeviceBatch(source.size(), type);
  }

  /**
   * Worker {@code index} of {@code workers} for {@code experiment} on {@code dataset}.
   *
   * @param meta the class-balanced meta set, where a method needs one
   * @param index from 0
   */
  public static Worker open(
      Experiment experiment,
      ShardedDataset dataset,
      Optional<ShardedDataset> meta,
      int index,
      int workers,
      Configuration conf) {
    if (workers < 1 || index < 0 || index >= workers) {
      throw new IllegalArgumentException(
          "index must be in [0, %d), was %d".formatted(workers, index));
    }
    DataPlan data = experiment.data();
    Network network = experiment.network(dataset);
    StepPartners partners = new StepPartners(experiment.averaging().partners(workers));
    if (partners.workers() > 1) {
      network.synchronize(partners);
    }
    ImageSet images = ImageSet.of(dataset, data.transforms(), experiment.loading(), conf);
    ImageSet training =
        experiment
            .generatedSet(dataset, conf)
            .map(generated -> images.with(generated, experiment.loading(), conf))
            .orElse(images);
    return new Worker(
        experiment,
        training,
        meta.map(set -> ImageSet.of(set, data.augmentationOfMeta(), experiment.loading(), conf)),
        InputSize.of(dataset.samples(), data.transforms()),
        new NetworkLearners(
            experiment,
            network,
            training.population(),
            partners,
            SavedNetworks.of(
                experiment, dataset.samples(), training.population(), index, workers, conf)),
        partners,
        network.type(),
        index,
        workers);
  }

  /**
   * Does the worker's part of the {@code steps} global steps behind {@code from}, which must lie in
   * one stage.
   *
   * @throws LongTailException (DIVERGED) when the loss or a parameter is not finite any more
   */
  public WorkerResult run(TrainingState from, int steps) {
    return run(from, steps, Collective.ALONE);
  }

  /**
   * The same, every step together with the workers of {@code together}, which must be all of the
   * run where {@code averaging.scope} says that steps are taken together, and this worker alone
   * elsewhere.
   */
  public WorkerResult run(TrainingState from, int steps, Collective together) {
    Learner learner = restore(from, Optional.empty(), together);
    held = Optional.empty();
    learner.restore(share(from, from.cursor().atStageStart() ? new byte[0] : from.method()));
    return run(learner, from, Optional.empty(), steps);
  }

  /**
   * The same where the method's state is not that of {@code from} but the one of {@code method},
   * and where {@code from}, and the result, have only those parts of the vectors that {@code
   * frozen} leaves over.
   */
  public WorkerResult run(
      TrainingState from,
      Optional<Frozen> frozen,
      MethodHistory method,
      int steps,
      Collective together) {
    Learner learner = restore(from, frozen, together);
    Optional<List<byte[]>> changes =
        held.filter(last -> last.learner() == learner)
            .flatMap(last -> method.since(last.version()))
            .map(since -> shares(from, since));
    // what cannot be fetched or read leaves a learner of which nothing is known
    held = Optional.empty();
    if (changes.filter(learner::update).isEmpty()) {
      learner.restore(share(from, method.whole()));
      List<byte[]> later = shares(from, method.sinceWhole());
      if (!later.isEmpty()) {
        learner.update(later);
      }
    }
    held = Optional.of(new Held(learner, method.version()));
    return run(learner, from, frozen.map(Frozen::changing), steps);
  }

  private byte[] share(TrainingState from, byte[] state) {
    Stage stage = experiment.stages().get(from.cursor().stage());
    return stage.method().share(state, index, workers);
  }

  private List<byte[]> shares(TrainingState from, List<byte[]> changes) {
    return changes.stream().map(change -> share(from, change)).toList();
  }

  private WorkerResult run(
      Learner learner, TrainingState from, Optional<Changing> changing, int steps) {
    Cursor cursor = from.cursor();
    if (learner.draws().isPresent()) {
      // what is still there was drawn with rates from before the merge
      prefetcher.drain();
    }
    Counters counters = Counters.NONE;
    for (int i = 0; i < steps; i++) {
      if (cursor.stage() != from.cursor().stage()) {
        throw new IllegalArgumentException(
            "a round must end with its stage, %d steps from %s do not"
                .formatted(steps, from.cursor()));
      }
      counters = counters.plus(step(learner, cursor, steps - 1 - i));
      cursor = rounds.after(cursor, 1);
      if (cursor.step() == 0) {
        learner.endEpoch();
      }
    }
    FlatVector parameters = copyOf(learner.parameters(), changing.map(Changing::parameters));
    if (!parameters.isFinite()) {
      throw diverged("a parameter is not finite any more", from.cursor());
    }
    return new WorkerResult(
        index,
        parameters,
        copyOf(learner.optimizerState(), changing.map(Changing::optimizer)),
        learner.contribution(),
        counters);
  }

  private static FlatVector copyOf(INDArray vector, Optional<List<Span>> spans) {
    return spans
        .map(parts -> FlatVector.copyOf(vector, parts))
        .orElseGet(() -> FlatVector.copyOf(vector));
  }

  /** The stage's learner with parameters and optimiser as in {@code state}. */
  private Learner restore(TrainingState state, Optional<Frozen> frozen, Collective together) {
    partners.meet(together);
    Learner learner = learners.learner(state.cursor().stage());
    if (frozen.isPresent()) {
      restore(learner, state, frozen.get());
      return learner;
    }
    heldFrozen = Optional.empty();
    state.parameters().copyTo(learner.parameters());
    if (state.cursor().atStageStart()) {
      zero(learner.optimizerState());
      learners.begin(state.cursor().stage());
    } else {
      state.optimizer().copyTo(learner.optimizerState());
    }
    return learner;
  }

  /** Sets what is frozen, unless the learner has it still, and the other parts. */
  private void restore(Learner learner, TrainingState parts, Frozen frozen) {
    Optional<Held> wanted = Optional.of(new Held(learner, frozen.version()));
    boolean kept = heldFrozen.equals(wanted);
    heldFrozen = Optional.empty();
    if (!kept) {
      long parameters = learner.parameters().length();
      long optimizer = learner.optimizerState().length();
      set(learner, frozen.changing().rest(parameters, optimizer), frozen.rest());
    }
    set(learner, frozen.changing(), parts);
    heldFrozen = wanted;
  }

  private static void set(Learner learner, Changing parts, TrainingState numbers) {
    numbers.parameters().copyTo(learner.parameters(), parts.parameters());
    numbers.optimizer().copyTo(learner.optimizerState(), parts.optimizer());
  }

  private static void zero(INDArray array) {
    if (!array.isEmpty()) {
      array.assign(0);
    }
  }

  private Counters step(Learner learner, Cursor cursor, int left) {
    long start = System.nanoTime();
    HeapBatch batch = prefetcher.batch(cursor, learner.draws(), left);
    long ready = System.nanoTime();
    if (batch.parts().stream().anyMatch(part -> part.used() && part.size() == 0)) {
      requireAlone(cursor);
    }
    if (batch.size() == 0) {
      return new Counters(0, 0, 0, ready - start, 0);
    }
    double rate = rounds.learningRate(cursor);
    learner.epoch(cursor.epoch());
    learners.draw(
        RandomStreams.of(
                experiment.seed(),
                DROPOUT_STREAM,
                cursor.stage(),
                cursor.epoch(),
                cursor.step(),
                index)
            .nextLong());
    StepResult result = learner.step(device.copy(batch), rate, rounds.stepsOfStageBefore(cursor));
    if (!Double.isFinite(result.loss())) {
      throw diverged("the loss became " + result.loss(), cursor);
    }
    remember(result.loss());
    return new Counters(
        result.examples(),
        result.loss() * result.examples(),
        result.correct(),
        ready - start,
        System.nanoTime() - ready,
        Counters.sums(result.figures(), result.examples()));
  }

  private void requireAlone(Cursor cursor) {
    if (partners.workers() > 1) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "averaging.scope: step needs an image for each of the %d workers in every batch of every step, worker %d has none at %s: raise the batch size of stage '%s', or that of its meta batches, or use fewer workers"
              .formatted(
                  partners.workers(),
                  index,
                  cursor,
                  experiment.stages().get(cursor.stage()).name()));
    }
  }

  private void remember(double loss) {
    lastLosses.addLast(loss);
    if (lastLosses.size() > REMEMBERED_LOSSES) {
      lastLosses.removeFirst();
    }
  }

  private LongTailException diverged(String what, Cursor cursor) {
    Stage stage = experiment.stages().get(cursor.stage());
    return new LongTailException(
        ErrorCode.DIVERGED,
        "training diverged: %s in stage '%s', epoch %d/%d, step %d of the epoch, at learning rate %s, %s; lower stages.%d.optimizer.lr or choose a schedule with a warm-up"
            .formatted(
                what,
                stage.name(),
                cursor.epoch() + 1,
                stage.epochs(),
                cursor.step() + 1,
                rounds.learningRate(cursor),
                before(),
                cursor.stage()));
  }

  /** The losses of the worker's steps before, as far as it remembers. */
  private String before() {
    return lastLosses.isEmpty()
        ? "in the worker's first step"
        : lastLosses.stream()
            .map(loss -> String.format(Locale.ROOT, "%.4g", loss))
            .collect(Collectors.joining(", ", "after losses of ", ""));
  }

  /** Ends its threads and frees its native memory. */
  @Override
  public void close() {
    prefetcher.close();
    device.close();
    learners.close();
    sets.forEach(ImageSet::close);
  }
}
