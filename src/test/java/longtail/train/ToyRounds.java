package longtail.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Rounds;

/** Rounds of several workers with real networks on a prepared dataset. */
final class ToyRounds {
  private ToyRounds() {}

  /** The state with the parameters of a fresh network. */
  static TrainingState start(Experiment experiment, ShardedDataset dataset) {
    try (Network network = experiment.network(dataset)) {
      return TrainingState.initial(FlatVector.copyOf(network.parameters()));
    }
  }

  /** Does rounds until {@code roundsToDo} are done or none is left. */
  static TrainingState run(
      Experiment experiment,
      ShardedDataset dataset,
      TrainingState from,
      int workers,
      int roundsToDo) {
    return run(experiment, dataset, from, workers, roundsToDo, new ArrayList<>());
  }

  /**
   * Does rounds until {@code roundsToDo} are done or none is left.
   *
   * @param losses takes the loss of each round
   */
  static TrainingState run(
      Experiment experiment,
      ShardedDataset dataset,
      TrainingState from,
      int workers,
      int roundsToDo,
      List<Double> losses) {
    return new TogetherRounds(
            experiment,
            Rounds.of(experiment, dataset.samples().size()),
            workers,
            w -> open(experiment, dataset, w, workers))
        .run(from, roundsToDo, round -> losses.add(round.counters().loss()));
  }

  private static Worker open(
      Experiment experiment, ShardedDataset dataset, int worker, int workers) {
    return Worker.open(experiment, dataset, Optional.empty(), worker, workers, PreparedToys.CONF);
  }
}
