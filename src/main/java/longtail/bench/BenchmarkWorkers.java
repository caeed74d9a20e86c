package longtail.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.collective.PeerGroup;

/** Networks that train side by side, each on a thread of its own, and average after a round. */
final class BenchmarkWorkers implements AutoCloseable {
  private final List<ExecutorService> threads;
  private final PeerGroup group;
  private final List<BenchmarkNetwork> networks = new ArrayList<>();

  BenchmarkWorkers(Benchmark.Options options) {
    group = PeerGroup.local(options.workers());
    threads =
        IntStream.range(0, options.workers())
            .mapToObj(worker -> Executors.newSingleThreadExecutor())
            .toList();
    networks.addAll(everywhere(worker -> () -> new BenchmarkNetwork(options)));
  }

  /** The time of each of {@code steps} steps, the averaging behind them included. */
  Benchmark.Seconds round(int steps) {
    long wall = System.nanoTime();
    long cpu = Benchmark.processNanos();
    everywhere(worker -> () -> work(worker, steps));
    double all = 1e9 * steps;
    return new Benchmark.Seconds(
        (System.nanoTime() - wall) / all, (Benchmark.processNanos() - cpu) / all);
  }

  private int work(int worker, int steps) {
    BenchmarkNetwork network = networks.get(worker);
    for (int i = 0; i < steps; i++) {
      network.step();
    }
    network.average(group.worker(worker));
    return worker;
  }

  private <T> List<T> everywhere(IntFunction<Callable<T>> task) {
    List<Future<T>> running = new ArrayList<>();
    for (int worker = 0; worker < threads.size(); worker++) {
      running.add(threads.get(worker).submit(task.apply(worker)));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> result : running) {
      results.add(ended(result));
    }
    return results;
  }

  private static <T> T ended(Future<T> running) {
    try {
      return running.get();
    } catch (ExecutionException e) {
      throw new LongTailException(
          ErrorCode.TRAINING, "A worker of the benchmark failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LongTailException(ErrorCode.TRAINING, "The benchmark was interrupted", e);
    }
  }

  /** The first worker's network. */
  BenchmarkNetwork first() {
    return networks.get(0);
  }

  @Override
  public void close() {
    group.close();
    threads.forEach(ExecutorService::shutdown);
    networks.forEach(BenchmarkNetwork::close);
  }
}
