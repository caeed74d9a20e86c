package longtail.train;

import java.util.List;
import longtail.WorkerThreads;

/** Workers that take each step together, in threads of this process. */
final class StepsTogether {
  private StepsTogether() {}

  /** The results of one round of all {@code workers}. */
  static List<WorkerResult> round(List<Worker> workers, TrainingState from, int steps) {
    return WorkerThreads.run(
        workers.size(), (rank, member) -> workers.get(rank).run(from, steps, member));
  }
}
