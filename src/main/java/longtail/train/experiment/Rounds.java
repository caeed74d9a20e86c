package longtail.train.experiment;

import java.util.EnumSet;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;

/**
 * The calendar of a run: how many steps the next round has and what is due after it.
 *
 * <p>A round has {@code averaging.every} steps, fewer where something is due at the end of an epoch
 * or where the stage ends. It is a function of the cursor alone, so a resumed run keeps the
 * calendar of the uninterrupted one. A stage that stops early leaves out the rest of its steps; the
 * calendar of the next one is the same.
 */
public final class Rounds {
  private final Experiment experiment;
  private final int[] stepsPerEpoch;

  private Rounds(Experiment experiment, int[] stepsPerEpoch) {
    this.experiment = experiment;
    this.stepsPerEpoch = stepsPerEpoch;
  }

  /**
   * The calendar of {@code experiment} over {@code images} training images.
   *
   * @throws LongTailException (CONFIG) when an epoch of a stage would have no step
   */
  public static Rounds of(Experiment experiment, int images) {
    List<Stage> stages = experiment.stages();
    int[] steps = new int[stages.size()];
    for (int s = 0; s < steps.length; s++) {
      steps[s] = stages.get(s).batching().steps(images);
      if (steps[s] == 0) {
        throw new LongTailException(
            ErrorCode.CONFIG,
            "stages.%d.batch-size of %d exceeds the %d training images: lower it, or set last-batch: keep"
                .formatted(s, stages.get(s).batchSize(), images));
      }
    }
    return new Rounds(experiment, steps);
  }

  /** Global steps in an epoch of {@code stage}. */
  public int stepsPerEpoch(int stage) {
    return stepsPerEpoch[stage];
  }

  /** Learning rate of the step at {@code cursor}. */
  public double learningRate(Cursor cursor) {
    return experiment.stages().get(cursor.stage()).rate(cursor, stepsPerEpoch[cursor.stage()]);
  }

  /** Whether no step is left at {@code cursor}. */
  public boolean finished(Cursor cursor) {
    return cursor.stage() >= stepsPerEpoch.length;
  }

  /** Global steps of the run. */
  public long totalSteps() {
    return stepsBefore(new Cursor(stepsPerEpoch.length, 0, 0));
  }

  /** Global steps before {@code cursor}. */
  public long stepsBefore(Cursor cursor) {
    long steps = 0;
    for (int s = 0; s < Math.min(cursor.stage(), stepsPerEpoch.length); s++) {
      steps += (long) stepsPerEpoch[s] * experiment.stages().get(s).epochs();
    }
    return finished(cursor) ? steps : steps + stepsOfStageBefore(cursor);
  }

  /** Global steps of the cursor's epoch behind the one at {@code cursor}. */
  public int leftInEpoch(Cursor cursor) {
    return stepsPerEpoch[cursor.stage()] - 1 - cursor.step();
  }

  /** Global steps of the cursor's stage before {@code cursor}. */
  public long stepsOfStageBefore(Cursor cursor) {
    return (long) cursor.epoch() * stepsPerEpoch[cursor.stage()] + cursor.step();
  }

  /** The place {@code steps} steps behind {@code cursor}, which must have that many left. */
  public Cursor after(Cursor cursor, long steps) {
    int stage = cursor.stage();
    long ahead = stepsOfStageBefore(cursor) + steps;
    while (stage < stepsPerEpoch.length && ahead >= stepsOfStage(stage)) {
      ahead -= stepsOfStage(stage);
      stage++;
    }
    if (stage == stepsPerEpoch.length) {
      return new Cursor(stage, 0, 0);
    }
    return new Cursor(
        stage, (int) (ahead / stepsPerEpoch[stage]), (int) (ahead % stepsPerEpoch[stage]));
  }

  /** The round that begins at {@code from}; there must be a step left. */
  public Round next(Cursor from) {
    int stage = from.stage();
    long left = stepsOfStage(stage) - stepsOfStageBefore(from);
    long untilDue = left;
    for (int epoch = from.epoch(); epoch < experiment.stages().get(stage).epochs(); epoch++) {
      if (!dueAfterEpoch(stage, epoch).isEmpty()) {
        untilDue = (long) (epoch + 1) * stepsPerEpoch[stage] - stepsOfStageBefore(from);
        break;
      }
    }
    int steps = (int) Math.min(experiment.averaging().every(), Math.min(left, untilDue));
    Cursor to = after(from, steps);
    return new Round(from, to, steps, dueBetween(from, to));
  }

  /**
   * Whether the driver has something to do after {@code round}: then no other round follows in its
   * segment.
   */
  public boolean endsSegment(Round round) {
    return !round.due().isEmpty() || round.endsStage() || evaluatesMeta(round);
  }

  /** Whether the state after {@code round} is to be evaluated on the meta set. */
  public boolean evaluatesMeta(Round round) {
    if (!experiment.stages().get(round.from().stage()).needsMeta()) {
      return false;
    }
    long from = stepsOfStageBefore(round.from());
    long every = experiment.averaging().every();
    return round.due().contains(Round.Due.EVALUATION)
        || experiment
            .evaluation()
            .metaEveryRounds()
            .filter(rounds -> (from + round.steps()) / (every * rounds) > from / (every * rounds))
            .isPresent();
  }

  private EnumSet<Round.Due> dueBetween(Cursor from, Cursor to) {
    EnumSet<Round.Due> due =
        to.step() > 0
            ? EnumSet.noneOf(Round.Due.class)
            : to.stage() > from.stage()
                ? EnumSet.allOf(Round.Due.class)
                : dueAfterEpoch(from.stage(), to.epoch() - 1);
    experiment
        .checkpoints()
        .everySteps()
        .filter(every -> passes(every, from, to))
        .ifPresent(every -> due.add(Round.Due.CHECKPOINT));
    experiment
        .evaluation()
        .everySteps()
        .filter(every -> passes(every, from, to))
        .ifPresent(every -> due.add(Round.Due.EVALUATION));
    return due;
  }

  /** Whether a multiple of {@code every} steps of the run is done between the two. */
  private boolean passes(int every, Cursor from, Cursor to) {
    return stepsBefore(to) / every > stepsBefore(from) / every;
  }

  private EnumSet<Round.Due> dueAfterEpoch(int stage, int epoch) {
    EnumSet<Round.Due> due = EnumSet.noneOf(Round.Due.class);
    boolean last = epoch + 1 == experiment.stages().get(stage).epochs();
    if (last || (epoch + 1) % experiment.evaluation().everyEpochs() == 0) {
      due.add(Round.Due.EVALUATION);
    }
    if (last || (epoch + 1) % experiment.checkpoints().everyEpochs() == 0) {
      due.add(Round.Due.CHECKPOINT);
    }
    return due;
  }

  private long stepsOfStage(int stage) {
    return (long) stepsPerEpoch[stage] * experiment.stages().get(stage).epochs();
  }
}
