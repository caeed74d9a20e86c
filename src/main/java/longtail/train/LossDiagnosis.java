package longtail.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.stream.Collectors;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Rounds;
import longtail.train.experiment.Stage;

/** What is said of a training that diverges: where it was, and the losses of the steps before. */
final class LossDiagnosis {
  private static final int REMEMBERED_LOSSES = 5;

  private final Experiment experiment;
  private final Rounds rounds;
  private final Deque<Double> lastLosses = new ArrayDeque<>();

  LossDiagnosis(Experiment experiment, Rounds rounds) {
    this.experiment = experiment;
    this.rounds = rounds;
  }

  /** Notes the finite loss of a step. */
  void remember(double loss) {
    lastLosses.addLast(loss);
    if (lastLosses.size() > REMEMBERED_LOSSES) {
      lastLosses.removeFirst();
    }
  }

  /**
   * The error (DIVERGED) of the step at {@code at}.
   *
   * @param what is not finite any more
   */
  LongTailException diverged(String what, Cursor at) {
    Stage stage = experiment.stages().get(at.stage());
    return new LongTailException(
        ErrorCode.DIVERGED,
        "training diverged: %s in stage '%s', epoch %d/%d, step %d of the epoch, at learning rate %s, %s; lower stages.%d.optimizer.lr or choose a schedule with a warm-up"
            .formatted(
                what,
                stage.name(),
                at.epoch() + 1,
                stage.epochs(),
                at.step() + 1,
                rounds.learningRate(at),
                before(),
                at.stage()));
  }

  private String before() {
    return lastLosses.isEmpty()
        ? "in the worker's first step"
        : lastLosses.stream()
            .map(loss -> String.format(Locale.ROOT, "%.4g", loss))
            .collect(Collectors.joining(", ", "after losses of ", ""));
  }
}
