package longtail.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import longtail.collective.PeerGroup;
import longtail.train.checkpoint.StateShare;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Round;
import longtail.train.experiment.Rounds;
import longtail.train.experiment.Stage;

/** Rounds of workers in threads of this process, which average among themselves. */
final class TogetherRounds {
  private final Experiment experiment;
  private final Rounds rounds;
  private final int workers;
  private final IntFunction<Worker> opening;

  TogetherRounds(Experiment experiment, Rounds rounds, int workers, IntFunction<Worker> opening) {
    this.experiment = experiment;
    this.rounds = rounds;
    this.workers = workers;
    this.opening = opening;
  }

  /**
   * Does rounds until {@code roundsToDo} are done or none is left.
   *
   * @param each sees what all workers did in each round
   */
  TrainingState run(TrainingState from, int roundsToDo, Consumer<RoundSummary> each) {
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    List<Worker> all = new ArrayList<>();
    try {
      for (int w = 0; w < workers; w++) {
        all.add(opening.apply(w));
      }
      TrainingState state = from;
      for (int left = roundsToDo; left > 0 && !rounds.finished(state.cursor()); ) {
        int most = left;
        List<RoundSummary> done = new ArrayList<>();
        state = segment(all, threads, state, most, done);
        done.forEach(each);
        left -= done.size();
      }
      return state;
    } finally {
      threads.shutdownNow();
      all.forEach(Worker::close);
    }
  }

  /** Rounds until the stage or {@code most} of them end. */
  private TrainingState segment(
      List<Worker> all,
      ExecutorService threads,
      TrainingState from,
      int most,
      List<RoundSummary> done) {
    Stage stage = experiment.stages().get(from.cursor().stage());
    try (PeerGroup group = PeerGroup.local(workers)) {
      CompletionService<StateShare> running = new ExecutorCompletionService<>(threads);
      for (int w = 0; w < workers; w++) {
        int index = w;
        running.submit(
            () -> {
              Worker worker = all.get(index);
              worker.restore(from);
              for (int i = 0; i < most; i++) {
                Round round = worker.next();
                RoundSummary summary = worker.round(round, group.worker(index), () -> false);
                if (index == 0) {
                  done.add(summary);
                }
                if (round.endsStage()) {
                  break;
                }
              }
              return worker.share(index, workers, true, Map.of(index, worker.method()));
            });
      }
      List<StateShare> shares = new ArrayList<>();
      for (int w = 0; w < workers; w++) {
        shares.add(running.take().get());
      }
      Round last = done.get(done.size() - 1).round();
      long steps = done.stream().mapToInt(summary -> summary.round().steps()).sum();
      TrainingState next =
          StateShare.join(
              shares, from, Optional.empty(), stage.method(), last.to(), from.iteration() + steps);
      return last.endsStage() ? next.concluded(stage) : next;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
