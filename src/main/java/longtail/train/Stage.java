package longtail.train;

import longtail.config.Default;
import longtail.loss.Loss;
import longtail.method.Method;
import longtail.nn.FrozenNorm;
import longtail.optim.Optimizer;
import longtail.optim.Schedule;
import longtail.sample.BatchStream;
import longtail.sample.Batching;
import longtail.sample.LastBatch;
import longtail.sample.Sampler;

/**
 * A part of a run with one way of learning; decoupled and two-stage schemes are lists of stages.
 *
 * <p>A stage goes on with the parameters of the one before it and begins with a fresh optimiser and
 * method.
 *
 * @param name what logs call it
 * @param epochs passes over the training set
 * @param batchSize images of one step, over all workers
 * @param method learning method
 * @param loss loss function
 * @param sampler which image comes next
 * @param optimizer update rule, with the base learning rate
 * @param schedule learning rate of each epoch
 * @param freeze what is not trained
 * @param frozenNorm statistics of a frozen backbone's batch normalisations
 * @param reinitialize what gets fresh parameters at the stage's beginning
 * @param lastBatch what becomes of an incomplete last batch
 */
public record Stage(
    @Default("training") String name,
    int epochs,
    @Default("128") int batchSize,
    @Default("supervised") Method method,
    @Default("cross-entropy") Loss loss,
    @Default("instance") Sampler sampler,
    @Default("sgd") Optimizer optimizer,
    @Default("cosine") Schedule schedule,
    @Default("none") Freeze freeze,
    @Default("batch") FrozenNorm frozenNorm,
    @Default("none") Reinitialize reinitialize,
    @Default("drop") LastBatch lastBatch) {
  /** What is not trained in a stage. */
  public enum Freeze {
    /** Everything is trained. */
    NONE,
    /** Only the head is trained. */
    BACKBONE
  }

  /** What gets fresh parameters at a stage's beginning. */
  public enum Reinitialize {
    /** Nothing. */
    NONE,
    /** The head. */
    HEAD
  }

  /** Checks name, epochs and batch size. */
  public Stage {
    Checks.notBlank(name, "name");
    Checks.atLeast(1, epochs, "epochs");
    Checks.atLeast(1, batchSize, "batch-size");
  }

  /** Learning rate of epoch {@code epoch} of the stage, from 0. */
  public double rate(int epoch) {
    return schedule.rate(optimizer.lr(), epoch, epochs);
  }

  /** Whether the method learns from a meta set. */
  boolean needsMeta() {
    return method.streams().stream().anyMatch(stream -> stream.source() == BatchStream.Source.META);
  }

  /** How an epoch is cut into steps. */
  public Batching batching() {
    return new Batching(batchSize, lastBatch);
  }
}
