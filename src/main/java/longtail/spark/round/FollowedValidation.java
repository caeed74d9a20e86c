package longtail.spark.round;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.Shots;
import longtail.shard.ShardedDataset;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.EarlyStop;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Plateau;
import longtail.train.experiment.Stage;

/** What validations decide in a run: where its stages end early. */
final class FollowedValidation {
  private FollowedValidation() {}

  /**
   * Refuses a run whose stages follow what is not validated.
   *
   * @throws LongTailException (USAGE) without a validation set, (CONFIG) where it has no image that
   *     a stop's metric counts
   */
  static void require(
      Experiment experiment, ShardedDataset training, Optional<ShardedDataset> validation) {
    Optional<Stage> following = experiment.followingValidation();
    if (following.isEmpty()) {
      return;
    }
    if (validation.isEmpty()) {
      throw new LongTailException(
          ErrorCode.USAGE,
          "stage '%s' has %s, which needs a validation set: add --validation DIR, or leave the key out"
              .formatted(
                  following.get().name(),
                  following.get().stop().isPresent() ? "stop" : "from: best"));
    }
    Set<Shots.Group> tested = tested(training, validation.get());
    for (Stage stage : experiment.stages()) {
      stage.stop().ifPresent(stop -> requireTested(stage, stop.metric(), tested));
    }
  }

  private static Set<Shots.Group> tested(ShardedDataset training, ShardedDataset validation) {
    Set<Shots.Group> tested = EnumSet.noneOf(Shots.Group.class);
    int[] images = training.counts().toArray();
    int[] scored = validation.counts().toArray();
    for (int c = 0; c < Math.min(images.length, scored.length); c++) {
      if (scored[c] > 0) {
        tested.add(training.shots().of(images[c]));
      }
    }
    return tested;
  }

  private static void requireTested(Stage stage, EarlyStop.Metric metric, Set<Shots.Group> tested) {
    for (Shots.Group group : Shots.Group.values()) {
      if (group.key().equals(metric.key()) && !tested.contains(group)) {
        throw new LongTailException(
            ErrorCode.CONFIG,
            "stage '%s' has stop.metric %s, but the validation set has no image of a %s-shot class: choose another metric"
                .formatted(stage.name(), metric.key(), group.key()));
      }
    }
  }

  /**
   * What a stage's early stop makes of a validation.
   *
   * @param state the run's state then; at the next stage if this one ends
   * @param end what logs say of the end; empty if the stage goes on
   */
  record Decision(TrainingState state, Optional<Map<String, Object>> end) {
    /** A line about the end. */
    Optional<String> line() {
      return end.map(
          values ->
              String.format(
                  Locale.ROOT,
                  "stage '%s' stops in epoch %s: %s has not become better than %.4f in %s validations",
                  values.get("stage"),
                  values.get("epoch"),
                  values.get("metric"),
                  (Double) values.get("best"),
                  values.get("validations")));
    }
  }

  /**
   * Decides after a validation with {@code figures} of a stage that has more steps to do.
   *
   * @param state with the cursor in the stage
   */
  static Decision after(Stage stage, TrainingState state, Map<String, Double> figures) {
    if (stage.stop().isEmpty()) {
      return new Decision(state, Optional.empty());
    }
    EarlyStop stop = stage.stop().get();
    double value = figures.getOrDefault(stop.metric().key(), Double.NaN);
    Plateau plateau = stop.after(state.plateau(), value);
    if (!stop.exhausted(plateau)) {
      return new Decision(state.withPlateau(plateau), Optional.empty());
    }
    Map<String, Object> end = new LinkedHashMap<>();
    end.put("event", "stop");
    end.put("iteration", state.iteration());
    end.put("stage", stage.name());
    end.put("epoch", epochOf(state.cursor()));
    end.put("metric", stop.metric().key());
    end.put("value", value);
    end.put("best", plateau.best());
    end.put("validations", plateau.validations());
    Cursor next = new Cursor(state.cursor().stage() + 1, 0, 0);
    return new Decision(state.concluded(stage).at(next), Optional.of(end));
  }

  /** Of the step before the cursor, counted from 1. */
  private static int epochOf(Cursor next) {
    return next.step() == 0 ? next.epoch() : next.epoch() + 1;
  }
}
