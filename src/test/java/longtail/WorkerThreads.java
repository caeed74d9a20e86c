package longtail;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Workers that take each step together, in threads of this process. */
public final class WorkerThreads {
  private final CyclicBarrier barrier;
  private final double[][] parts;

  private WorkerThreads(int workers) {
    barrier = new CyclicBarrier(workers);
    parts = new double[workers][];
  }

  /** What one worker does. */
  @FunctionalInterface
  public interface Work<T> {
    /** Worker {@code rank}'s result. */
    T run(int rank, Member member) throws Exception;
  }

  /** The results of all {@code workers}, in their order. */
  public static <T> List<T> run(int workers, Work<T> work) {
    WorkerThreads shared = new WorkerThreads(workers);
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    CompletionService<Integer> running = new ExecutorCompletionService<>(threads);
    List<T> results = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      results.add(null);
    }
    try {
      for (int w = 0; w < workers; w++) {
        int rank = w;
        running.submit(
            () -> {
              results.set(rank, work.run(rank, shared.new Member(rank)));
              return rank;
            });
      }
      for (int w = 0; w < workers; w++) {
        running.take().get();
      }
      return results;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      // a worker that fails leaves the others waiting
      threads.shutdownNow();
    }
  }

  /** One of the workers. */
  public final class Member implements Collective {
    private final int rank;
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicInteger begun = new AtomicInteger();

    private Member(int rank) {
      this.rank = rank;
    }

    /** How many sums it has asked for. */
    public int messages() {
      return messages.get();
    }

    /** How many sums it has begun. */
    public int begun() {
      return begun.get();
    }

    @Override
    public int workers() {
      return parts.length;
    }

    @Override
    public void sum(double[] values) {
      messages.incrementAndGet();
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

    /** Adds up as late as possible. */
    @Override
    public Pending begin(FloatBuffer values) {
      begun.incrementAndGet();
      float[] before = new float[values.remaining()];
      values.duplicate().get(before);
      return () -> {
        requireUntouched(values, FloatBuffer.wrap(before));
        sum(values);
      };
    }
  }

  private static void requireUntouched(FloatBuffer values, FloatBuffer before) {
    if (!values.equals(before)) {
      throw new IllegalStateException("numbers changed while their sum was under way");
    }
  }

  private void await() {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }
}
