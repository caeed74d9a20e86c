package longtail.train;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import longtail.Collective;

/** Workers that take each step together, in threads of this process. */
final class StepsTogether {
  private final CyclicBarrier barrier;
  private final double[][] parts;

  private StepsTogether(int workers) {
    barrier = new CyclicBarrier(workers);
    parts = new double[workers][];
  }

  /** The results of one round of all {@code workers}. */
  static List<WorkerResult> round(List<Worker> workers, TrainingState from, int steps) {
    StepsTogether shared = new StepsTogether(workers.size());
    ExecutorService threads = Executors.newFixedThreadPool(workers.size());
    CompletionService<WorkerResult> running = new ExecutorCompletionService<>(threads);
    try {
      for (int w = 0; w < workers.size(); w++) {
        Worker worker = workers.get(w);
        Collective member = shared.member(w);
        running.submit(() -> worker.run(from, steps, member));
      }
      List<WorkerResult> results = new ArrayList<>();
      for (int w = 0; w < workers.size(); w++) {
        results.add(running.take().get());
      }
      return results;
    } catch (ExecutionException e) {
      throw (RuntimeException) e.getCause();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      // a worker that fails leaves the others waiting
      threads.shutdownNow();
    }
  }

  private Collective member(int rank) {
    return new Collective() {
      @Override
      public int workers() {
        return parts.length;
      }

      @Override
      public void sum(double[] values) {
        parts[rank] = values.clone();
        await();
        for (int i = 0; i < values.length; i++) {
          double sum = 0;
          for (double[] part : parts) {
            sum += part[i];
          }
          values[i] = sum;
        }
        await();
      }
    };
  }

  private void await() {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }
}
