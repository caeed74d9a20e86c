package longtail.cli;

import java.util.Optional;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.experiment.CheckpointPlan;
import picocli.CommandLine.Option;

/** Which checkpoint of a run is meant. */
final class CheckpointMixin {
  @Option(
      names = "--checkpoint",
      defaultValue = "latest",
      description =
          "Which checkpoint of a run: latest, or best by the validation figure of the experiment's"
              + " checkpoints.best-metric or of --metric (default ${DEFAULT-VALUE}).")
  CheckpointChoice.Which checkpoint;

  @Option(
      names = "--metric",
      description = "Figure of the best checkpoint: ${COMPLETION-CANDIDATES}.")
  Optional<CheckpointPlan.Metric> metric = Optional.empty();

  CheckpointChoice choice() {
    return new CheckpointChoice(checkpoint, metric);
  }
}
