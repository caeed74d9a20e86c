package longtail.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.collective.WorkerCollective;
import longtail.collective.WorkerCollective.Spent;
import longtail.dataset.Shots;
import longtail.method.Learner;
import longtail.method.StepResult;
import longtail.nn.Network;
import longtail.nn.kernel.KernelMemory;
import longtail.optim.Span;
import longtail.shard.ShardedDataset;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.StateShare;
import longtail.train.checkpoint.TrainableSpans;
import longtail.train.checkpoint.TrainingState;
import longtail.train.data.BatchSource;
import longtail.train.data.DeviceBatch;
import longtail.train.data.HeapBatch;
import longtail.train.data.ImageSet;
import longtail.train.data.Prefetcher;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.DataPlan;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.InputSize;
import longtail.train.experiment.Round;
import longtail.train.experiment.Rounds;
import longtail.train.experiment.Stage;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One of the workers of a run: it does the steps of a round on the images of its own shards and
 * averages with the others, round after round.
 *
 * <p>Its network, its buffers, its decoded images and its threads stay, and nothing else is
 * remembered: what it does is a function of the state that it was last set to. Not safe for use by
 * several threads at once.
 */
public final class Worker implements AutoCloseable {
  private static final long DROPOUT_STREAM = 0x44524F50L;

  private final Experiment experiment;
  private final Rounds rounds;
  private final int index;
  private final int workers;
  private final StageLearners learners;
  private final List<ImageSet> sets;
  private final Prefetcher prefetcher;
  private final DeviceBatch device;
  private final StepCollective partners;
  private final LossDiagnosis diagnosis;
  private final Shots shots;
  private Cursor cursor = Cursor.START;
  private Round latest;
  private Learner learner;
  private Optional<TrainableSpans> trainable = Optional.empty();

  Worker(
      Experiment experiment,
      ImageSet training,
      Optional<ImageSet> meta,
      InputSize size,
      StageLearners learners,
      StepCollective partners,
      DataType type,
      Shots shots,
      int index,
      int workers) {
    this.experiment = experiment;
    this.rounds = Rounds.of(experiment, training.population().size());
    this.diagnosis = new LossDiagnosis(experiment, rounds);
    this.index = index;
    this.workers = workers;
    this.learners = learners;
    this.partners = partners;
    this.shots = shots;
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
    StepCollective partners = new StepCollective(experiment.averaging().partners(workers));
    if (partners.workers() > 1) {
      network.synchronize(partners);
    }
    ImageSet images =
        ImageSet.of(
            dataset, experiment.pipeline(data.transforms(), dataset), experiment.loading(), conf);
    ImageSet training =
        experiment
            .generatedSet(dataset, conf)
            .map(generated -> images.with(generated, experiment.loading(), conf))
            .orElse(images);
    return new Worker(
        experiment,
        training,
        meta.map(
            set ->
                ImageSet.of(
                    set,
                    experiment.pipeline(data.augmentationOfMeta(), dataset),
                    experiment.loading(),
                    conf)),
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
        dataset.shots(),
        index,
        workers);
  }

  /** Goes to {@code state}, whatever it did before. */
  public void restore(TrainingState state) {
    cursor = state.cursor();
    learner = learners.learner(cursor.stage());
    memory().change(learner.parameters(), state.parameters()::copyTo);
    if (cursor.atStageStart()) {
      memory().fill(learner.optimizerState(), 0);
      learners.begin(cursor.stage());
      learner.restore(new byte[0]);
    } else {
      memory().change(learner.optimizerState(), state.optimizer()::copyTo);
      learner.restore(stage().method().share(state.method(), index, workers));
    }
    trainable =
        TrainableSpans.of(
            stage(),
            learners.layout(),
            learner.parameters().length(),
            learner.optimizerState().length());
  }

  /** The round that begins with the next step. */
  public Round next() {
    return rounds.next(cursor);
  }

  /** Whether the driver has something to do after {@code round}. */
  public boolean endsSegment(Round round) {
    return rounds.endsSegment(round);
  }

  /**
   * Does the worker's part of the steps of {@code round}, which must begin at the cursor and lie in
   * one stage, and averages with all workers.
   *
   * @param together all workers of the run
   * @param last whether this worker wants no other round to follow; that of worker 0 counts
   * @throws LongTailException (DIVERGED) when the loss or a parameter is not finite any more
   */
  public RoundSummary round(Round round, WorkerCollective together, BooleanSupplier last) {
    if (!round.from().equals(cursor) || together.workers() != workers) {
      throw new IllegalArgumentException(
          "worker %d of %d at %s cannot do a round of %d workers at %s"
              .formatted(index, workers, cursor, together.workers(), round.from()));
    }
    partners.use(partners.workers() > 1 ? together : Collective.ALONE);
    Counters counters = steps(round, together);
    RoundSummary summary = average(round, counters, together, last);
    cursor = round.to();
    latest = round;
    return summary;
  }

  private Counters steps(Round round, WorkerCollective together) {
    if (learner.draws().isPresent()) {
      // what is still there was drawn with rates from before the averaging
      prefetcher.drain();
    }
    Counters counters = Counters.NONE;
    Cursor at = round.from();
    for (int i = 0; i < round.steps(); i++) {
      if (at.stage() != round.from().stage()) {
        throw new IllegalArgumentException(
            "a round must end with its stage, %d steps from %s do not"
                .formatted(round.steps(), round.from()));
      }
      together.requireOpen();
      counters = counters.plus(step(at, round.steps() - 1 - i));
      at = rounds.after(at, 1);
      if (at.step() == 0) {
        learner.endEpoch();
      }
    }
    return counters;
  }

  private RoundSummary average(
      Round round, Counters counters, WorkerCollective together, BooleanSupplier last) {
    AveragingMessage own =
        new AveragingMessage(
            counters.with(together.spent()), last.getAsBoolean(), learner.contribution());
    List<AveragingMessage> all =
        together.gather(own.bytes()).stream().map(AveragingMessage::of).toList();
    double[] weights = AveragingMessage.weights(all);
    average(learner.parameters(), parameterSpans(), weights, together);
    average(learner.optimizerState(), optimizerSpans(), weights, together);
    learner.merge(AveragingMessage.contributions(all), index);
    return new RoundSummary(round, AveragingMessage.total(all), all.get(0).last());
  }

  private void average(
      INDArray vector, List<Span> spans, double[] weights, WorkerCollective together) {
    if (!spans.isEmpty() && together.workers() > 1) {
      memory().change(vector, host -> VectorAverage.of(host, spans, weights, together));
    }
  }

  private KernelMemory memory() {
    return learners.memory();
  }

  private List<Span> parameterSpans() {
    return trainable.map(TrainableSpans::parameters).orElseGet(() -> all(learner.parameters()));
  }

  private List<Span> optimizerSpans() {
    return trainable.map(TrainableSpans::optimizer).orElseGet(() -> all(learner.optimizerState()));
  }

  private static List<Span> all(INDArray vector) {
    return vector.isEmpty() ? List.of() : List.of(new Span(0, vector.length()));
  }

  /** Uses the worker's network. */
  public interface NetworkUse<R> {
    /** What is done with {@code network}. */
    R with(Network network) throws IOException;
  }

  /** What {@code use} makes of the network with the worker's parameters. */
  public <R> R evaluate(NetworkUse<R> use) throws IOException {
    return use.with(learners.network());
  }

  /** What {@code use} makes of the network with the parameters {@code model} for as long. */
  public <R> R evaluate(FlatVector model, NetworkUse<R> use) throws IOException {
    Network network = learners.network();
    FlatVector own = FlatVector.copyOf(memory().host(network.parameters()));
    memory().change(network.parameters(), model::copyTo);
    try {
      return use.with(network);
    } finally {
      memory().change(network.parameters(), own::copyTo);
    }
  }

  /** The method's state. */
  public byte[] method() {
    return learner.state();
  }

  /** What logs say about the method's state, by name. */
  public Map<String, Double> figures() {
    return learner.figures(sets.get(0).population().counts(), shots);
  }

  /**
   * Part {@code share} of {@code of} nearly equal parts of the state after a round.
   *
   * @param whole whether it has everything, or only what the stage can change
   * @param methods states of the method that go with it
   * @throws LongTailException (DIVERGED) when one of its parameters is not finite any more
   */
  public StateShare share(int share, int of, boolean whole, Map<Integer, byte[]> methods) {
    List<Span> spans = whole ? all(learner.parameters()) : parameterSpans();
    FlatVector parameters = part(learner.parameters(), spans, share, of);
    if (!parameters.isFinite()) {
      throw diagnosis.diverged("a parameter is not finite any more", latest.from());
    }
    return new StateShare(
        share,
        parameters,
        part(
            learner.optimizerState(),
            whole ? all(learner.optimizerState()) : optimizerSpans(),
            share,
            of),
        methods);
  }

  private FlatVector part(INDArray vector, List<Span> spans, int share, int of) {
    long length = spans.stream().mapToLong(Span::length).sum();
    return FlatVector.copyOf(
        memory().host(vector),
        TrainableSpans.between(spans, length * share / of, length * (share + 1) / of));
  }

  private Stage stage() {
    return experiment.stages().get(cursor.stage());
  }

  private Counters step(Cursor at, int left) {
    long start = System.nanoTime();
    HeapBatch batch = prefetcher.batch(at, learner.draws(), left);
    long ready = System.nanoTime();
    if (batch.parts().stream().anyMatch(part -> part.used() && part.size() == 0)) {
      requireAlone(at);
    }
    if (batch.size() == 0) {
      return new Counters(0, 0, 0, ready - start, 0);
    }
    double rate = rounds.learningRate(at);
    learner.epoch(at.epoch());
    learners.draw(
        RandomStreams.of(
                experiment.seed(), DROPOUT_STREAM, at.stage(), at.epoch(), at.step(), index)
            .nextLong());
    StepResult result = learner.step(device.copy(batch), rate, rounds.stepsOfStageBefore(at));
    if (!Double.isFinite(result.loss())) {
      throw diagnosis.diverged("the loss became " + result.loss(), at);
    }
    diagnosis.remember(result.loss());
    return new Counters(
        result.examples(),
        result.loss() * result.examples(),
        result.correct(),
        ready - start,
        System.nanoTime() - ready,
        Spent.NOTHING,
        Counters.sums(result.figures(), result.examples()));
  }

  private void requireAlone(Cursor at) {
    if (partners.workers() > 1) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "averaging.scope: step needs an image for each of the %d workers in every batch of every step, worker %d has none at %s: raise the batch size of stage '%s', or that of its meta batches, or use fewer workers"
              .formatted(
                  partners.workers(), index, at, experiment.stages().get(at.stage()).name()));
    }
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
