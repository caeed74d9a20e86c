package longtail.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.nn.Network;
import longtail.shard.ShardedDataset;

/** Rounds of several workers with real networks on a prepared dataset, one after the other. */
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
    Rounds rounds = Rounds.of(experiment, dataset.samples().size());
    List<Worker> all =
        IntStream.range(0, workers).mapToObj(w -> open(experiment, dataset, w, workers)).toList();
    try {
      TrainingState state = from;
      for (int i = 0; i < roundsToDo && !rounds.finished(state.cursor()); i++) {
        Round round = rounds.next(state.cursor());
        TrainingState before = state;
        MergedResult merged =
            MergedResult.ofWhole(all.stream().map(w -> w.run(before, round.steps())).toList());
        state = rounds.commit(state, round, merged);
        losses.add(merged.counters().loss());
      }
      return state;
    } finally {
      all.forEach(Worker::close);
    }
  }

  private static Worker open(
      Experiment experiment, ShardedDataset dataset, int worker, int workers) {
    return Worker.open(experiment, dataset, Optional.empty(), worker, workers, PreparedToys.CONF);
  }
}
