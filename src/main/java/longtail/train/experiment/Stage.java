package longtail.train.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import longtail.config.Default;
import longtail.config.OneOf;
import longtail.config.Ranges;
import longtail.loss.Loss;
import longtail.method.Method;
import longtail.method.bbn.Bbn;
import longtail.method.centroids.DiscriminativeCentroids;
import longtail.method.distill.Distill;
import longtail.method.glmc.Glmc;
import longtail.method.metasampler.BalancedMetaSoftmax;
import longtail.method.metasaug.Metasaug;
import longtail.method.priority.ClassPriorities;
import longtail.method.priority.ImagePriorities;
import longtail.method.supervised.Supervised;
import longtail.mix.Mixture;
import longtail.nn.FrozenNorm;
import longtail.optim.Constraint;
import longtail.optim.Moment;
import longtail.optim.MovingAverage;
import longtail.optim.Optimizer;
import longtail.optim.ParameterGroups;
import longtail.optim.Schedule;
import longtail.optim.UpdateRule;
import longtail.sample.BatchStream;
import longtail.sample.Batching;
import longtail.sample.InstanceSampler;
import longtail.sample.LastBatch;
import longtail.sample.Sampler;

/**
 * A part of a run with one way of learning; decoupled and two-stage schemes are lists of stages.
 *
 * <p>A stage goes on with the parameters of the one before it, or with those of the best
 * checkpoint, and begins with a fresh optimiser and method.
 *
 * @param name what logs call it
 * @param epochs passes over the training set
 * @param batchSize images of one step, over all workers
 * @param method learning method
 * @param loss loss function
 * @param sampler which image comes next, unless the method learns that
 * @param mix how the samples of a batch are mixed; not at all if absent
 * @param optimizer update rule, with the base learning rate
 * @param groups factors of learning rate and weight decay for the parts of the network
 * @param clipNorm limit of the norm of a step's gradients over all that is trained. With {@code
 *     averaging.scope: round} each worker clips the gradients of its own share of the images; with
 *     {@code averaging.scope: step} those of all images are clipped, as on one worker
 * @param constraint what holds the classifier's weight within bounds
 * @param movingAverage average of the parameters that is evaluated and saved, and with which the
 *     next stage begins
 * @param schedule learning rate over the stage
 * @param rateChanges how often the learning rate follows the schedule
 * @param freeze what is not trained
 * @param frozenNorm statistics of a frozen backbone's batch normalisations
 * @param reinitialize what gets fresh parameters at the stage's beginning
 * @param lastBatch what becomes of an incomplete last batch
 * @param accumulate parts that a worker cuts its images of a step into: each goes through the
 *     network by itself, with batch statistics of its own, and the sum of their gradients is that
 *     of the whole; feature maps take the memory of one part. Only for the method {@code
 *     supervised} without {@code mix}
 * @param stop when the stage ends before its last epoch; never if absent
 * @param from whose parameters the stage begins with
 */
public record Stage(
    @Default("training") String name,
    int epochs,
    @Default("128") int batchSize,
    @Default("supervised")
        @OneOf({
          Supervised.class,
          BalancedMetaSoftmax.class,
          Bbn.class,
          ClassPriorities.class,
          DiscriminativeCentroids.class,
          Distill.class,
          Glmc.class,
          ImagePriorities.class,
          Metasaug.class
        })
        Method method,
    @Default("cross-entropy") Loss loss,
    @Default("instance") Sampler sampler,
    Optional<Mixture> mix,
    @Default("sgd") Optimizer optimizer,
    @Default("{}") ParameterGroups groups,
    Optional<Double> clipNorm,
    Optional<Constraint> constraint,
    Optional<MovingAverage> movingAverage,
    @Default("cosine") Schedule schedule,
    @Default("every-epoch") RateChanges rateChanges,
    @Default("none") Freeze freeze,
    @Default("batch") FrozenNorm frozenNorm,
    @Default("none") Reinitialize reinitialize,
    @Default("drop") LastBatch lastBatch,
    @Default("1") int accumulate,
    Optional<EarlyStop> stop,
    @Default("last") From from) {
  /** How often the learning rate follows its schedule. */
  public enum RateChanges {
    /** One rate per epoch. */
    EVERY_EPOCH,
    /** One rate per step, by the same formulas on fractions of an epoch. */
    EVERY_STEP
  }

  /** Whose parameters a stage begins with. */
  public enum From {
    /** Those that the stage before it ended with, or in the first stage the run's own. */
    LAST,
    /**
     * Those of the run's best checkpoint so far, by {@code checkpoints.best-metric}: the model as
     * it was validated and saved.
     */
    BEST
  }

  /** What gets fresh parameters at a stage's beginning. */
  public enum Reinitialize {
    /** Nothing. */
    NONE,
    /** The head. */
    HEAD,
    /**
     * The memory of the head {@code meta-embedding}: its centroids become the class means of the
     * training set's features.
     */
    CENTROIDS
  }

  /** Checks name, epochs and batch size. */
  public Stage {
    Ranges.notBlank("name", name);
    Ranges.atLeast("epochs", 1, epochs);
    Ranges.atLeast("batch-size", 1, batchSize);
    if (mix.isPresent() && !method.mixes()) {
      throw new IllegalArgumentException(
          "mix must be left out, the method learns from samples as they are, was " + mix.get());
    }
    clipNorm.ifPresent(limit -> Ranges.positive("clip-norm", limit));
    if (freeze instanceof Freeze.Layers && frozenNorm == FrozenNorm.RUNNING) {
      throw new IllegalArgumentException(
          "frozen-norm must be batch where single layers are frozen, was running");
    }
    Ranges.atLeast("accumulate", 1, accumulate);
    if (accumulate > 1) {
      requireParts(method, mix, batchSize, accumulate);
    }
    if (method.learnsDraws() && !(sampler instanceof InstanceSampler)) {
      throw new IllegalArgumentException(
          "sampler must be absent, for the method draws with rates that it learns, was " + sampler);
    }
  }

  private static void requireParts(
      Method method, Optional<Mixture> mix, int batchSize, int accumulate) {
    if (!method.accumulates()) {
      throw new IllegalArgumentException(
          "accumulate must be 1, for the method needs all images of a step at once, was "
              + accumulate);
    }
    if (mix.isPresent()) {
      throw new IllegalArgumentException(
          "accumulate must be 1 where samples are mixed, was " + accumulate);
    }
    if (accumulate > batchSize) {
      throw new IllegalArgumentException(
          "accumulate must be at most batch-size %d, was %d".formatted(batchSize, accumulate));
    }
  }

  /** Whether what the stage does depends on validations. */
  public boolean followsValidation() {
    return stop.isPresent() || from == From.BEST;
  }

  /**
   * Learning rate of a step.
   *
   * @param cursor the step
   * @param steps steps of an epoch
   */
  public double rate(Cursor cursor, int steps) {
    Moment moment =
        switch (rateChanges) {
          case EVERY_EPOCH -> Moment.ofEpoch(cursor.epoch(), epochs);
          case EVERY_STEP -> Moment.ofStep(cursor.epoch(), cursor.step(), steps, epochs);
        };
    return schedule.rate(optimizer.lr(), moment);
  }

  /** What happens to the parameters once their gradients are known. */
  public UpdateRule update() {
    return new UpdateRule(optimizer, clipNorm, groups, constraint, movingAverage);
  }

  /** The batches that a step needs beside the stage's own: those of the method, of the mixture. */
  public List<BatchStream> streams() {
    List<BatchStream> streams = new ArrayList<>(method.streams());
    mix.ifPresent(mixture -> streams.addAll(mixture.streams()));
    return streams;
  }

  /** Whether a sampler of the stage draws the class first, and so generated images too. */
  boolean drawsClasses() {
    return Stream.concat(
            Stream.of(sampler),
            streams().stream()
                .filter(stream -> stream.source() == BatchStream.Source.TRAINING)
                .map(BatchStream::sampler))
        .anyMatch(drawing -> !(drawing instanceof InstanceSampler));
  }

  /** Whether the method learns from a meta set. */
  boolean needsMeta() {
    return streams().stream().anyMatch(stream -> stream.source() == BatchStream.Source.META);
  }

  /** Whether the stage is over before its method would learn from the meta set. */
  public boolean endsBeforeMeta() {
    return needsMeta()
        && streams().stream()
            .filter(stream -> stream.source() == BatchStream.Source.META)
            .allMatch(stream -> stream.use().epoch() >= epochs);
  }

  /** How an epoch is cut into steps. */
  public Batching batching() {
    return new Batching(batchSize, lastBatch);
  }
}
