package longtail.train.checkpoint;

import java.io.Serializable;
import java.util.Arrays;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Plateau;
import longtail.train.experiment.Stage;

/**
 * The only truth between two rounds: everything that the next step depends on beside the experiment
 * and the dataset. Immutable.
 */
public final class TrainingState implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Cursor cursor;
  private final long iteration;
  private final FlatVector parameters;
  private final FlatVector optimizer;
  private final byte[] method;
  private final double bestMetric;
  private final Plateau plateau;

  private TrainingState(
      Cursor cursor,
      long iteration,
      FlatVector parameters,
      FlatVector optimizer,
      byte[] method,
      double bestMetric,
      Plateau plateau) {
    this.cursor = cursor;
    this.iteration = iteration;
    this.parameters = parameters;
    this.optimizer = optimizer;
    this.method = method;
    this.bestMetric = bestMetric;
    this.plateau = plateau;
  }

  /** A state of these parts, which it takes over; no stage is on its way to an early stop. */
  public static TrainingState of(
      Cursor cursor,
      long iteration,
      FlatVector parameters,
      FlatVector optimizer,
      byte[] method,
      double bestMetric) {
    return new TrainingState(
        cursor, iteration, parameters, optimizer, method, bestMetric, Plateau.NONE);
  }

  /**
   * Before the first step, with freshly initialised {@code parameters}. Optimiser and method state
   * are empty: each stage begins with its own.
   */
  public static TrainingState initial(FlatVector parameters) {
    FlatVector empty = FlatVector.zeros(parameters.type(), 0);
    return new TrainingState(
        Cursor.START, 0, parameters, empty, new byte[0], Double.NEGATIVE_INFINITY, Plateau.NONE);
  }

  /** The next step to do. */
  public Cursor cursor() {
    return cursor;
  }

  /** Steps done since the run began, over all stages. */
  public long iteration() {
    return iteration;
  }

  /** All parameters of the network, running statistics included, in the order of its layout. */
  public FlatVector parameters() {
    return parameters;
  }

  /** State of the stage's optimiser (velocities, moments); empty before its first step. */
  public FlatVector optimizer() {
    return optimizer;
  }

  /**
   * State of the stage's method as the method encodes it; empty if it has none. It may be large, so
   * this is the state's own array: nobody changes it.
   */
  public byte[] method() {
    return method;
  }

  /** Best validation metric so far; negative infinity before the first evaluation. */
  public double bestMetric() {
    return bestMetric;
  }

  /** What the running stage's early stop knows of its validations. */
  public Plateau plateau() {
    return plateau;
  }

  /** The state after steps that led to these vectors and to that state of the method. */
  TrainingState advance(
      FlatVector after, FlatVector optimizerAfter, byte[] methodAfter, Cursor next, long steps) {
    return new TrainingState(
        next,
        steps,
        after,
        optimizerAfter,
        methodAfter,
        bestMetric,
        next.stage() == cursor.stage() ? plateau : Plateau.NONE);
  }

  /** Whether workers that have {@code other} have this one: the same vectors at the same step. */
  @SuppressWarnings("ReferenceEquality") // large vectors that are handed on, not copied
  public boolean sameForWorkers(TrainingState other) {
    return cursor.equals(other.cursor)
        && parameters == other.parameters
        && optimizer == other.optimizer
        && method == other.method;
  }

  /** This state with other parameters of the network. */
  public TrainingState withParameters(FlatVector others) {
    return new TrainingState(cursor, iteration, others, optimizer, method, bestMetric, plateau);
  }

  /** This state with {@code now} as what the stage's early stop knows. */
  public TrainingState withPlateau(Plateau now) {
    return new TrainingState(cursor, iteration, parameters, optimizer, method, bestMetric, now);
  }

  /** This state where {@code next} is the next step to do, with the same steps done. */
  public TrainingState at(Cursor next) {
    return new TrainingState(
        next,
        iteration,
        parameters,
        optimizer,
        method,
        bestMetric,
        next.stage() == cursor.stage() ? plateau : Plateau.NONE);
  }

  /** This state with {@code metric} as the best validation metric, if it is better. */
  public TrainingState withMetric(double metric) {
    return new TrainingState(
        cursor, iteration, parameters, optimizer, method, Math.max(bestMetric, metric), plateau);
  }

  /**
   * What is evaluated and saved as the model: the moving average of the parameters where the
   * running stage of {@code experiment} has one, else the parameters.
   */
  public FlatVector model(Experiment experiment) {
    return cursor.atStageStart() ? parameters : average(experiment.stages().get(cursor.stage()));
  }

  /**
   * This state after the end of {@code stage}, with whose moving average, if it has one, the run
   * goes on.
   */
  public TrainingState concluded(Stage stage) {
    return new TrainingState(
        cursor, iteration, average(stage), optimizer, method, bestMetric, plateau);
  }

  private FlatVector average(Stage stage) {
    if (stage.movingAverage().isEmpty()) {
      return parameters;
    }
    int from = (int) stage.update().averageOffset(parameters.length());
    return optimizer.range(from, from + parameters.length());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TrainingState that
        && cursor.equals(that.cursor)
        && iteration == that.iteration
        && parameters.equals(that.parameters)
        && optimizer.equals(that.optimizer)
        && Arrays.equals(method, that.method)
        && Double.compare(bestMetric, that.bestMetric) == 0
        && plateau.equals(that.plateau);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * cursor.hashCode() + Long.hashCode(iteration)) + parameters.hashCode();
  }

  @Override
  public String toString() {
    return "TrainingState(" + cursor + ", iteration " + iteration + ", " + parameters + ")";
  }
}
