package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.RandomStreams;

/**
 * Readings of mutated files, on a thread of their own: each ends in time, takes no memory by a
 * claim, and has a result or says in one line what is wrong, by the right code.
 */
final class MutatedReadings implements AutoCloseable {
  private static final long SEED = 15;
  private static final List<Mutation> MUTATIONS = List.of(Mutation.values());
  private static final int SECONDS = 20;
  private static final long MOST_MEMORY = 600L << 20;

  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private int refused;
  private int read;

  /** Reads a file to its end. */
  interface Reading {
    void of(byte[] file) throws IOException;
  }

  /** Reads {@code count} mutations of {@code whole}, which may be refused as wrong data. */
  void mutate(String kind, int count, byte[] whole, Reading reading) {
    mutate(ErrorCode.DATA, kind, count, whole, reading);
  }

  /** Reads {@code count} mutations of {@code whole}, which may be refused with {@code code}. */
  void mutate(ErrorCode code, String kind, int count, byte[] whole, Reading reading) {
    if (count > 1) {
      assertThatCode(() -> reading.of(whole)).as("%s as it is", kind).doesNotThrowAnyException();
    }
    List<String> failures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      SplittableRandom random = RandomStreams.of(SEED, kind.hashCode(), i);
      Mutation mutation = MUTATIONS.get(random.nextInt(MUTATIONS.size()));
      byte[] file = mutation.of(whole, random);
      String name = "%s, mutation %d (%s)".formatted(kind, i, mutation);
      try {
        thread.submit(() -> check(code, name, file, reading)).get(SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        failures.add(name + " is still read after " + SECONDS + " s");
        break;
      } catch (ExecutionException e) {
        failures.add(
            name
                + ": "
                + e.getCause()
                + " at "
                + List.of(e.getCause().getStackTrace()).subList(0, 4));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    assertThat(failures).isEmpty();
  }

  private Void check(ErrorCode code, String name, byte[] file, Reading reading) throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    try {
      reading.of(file);
      read++;
    } catch (LongTailException e) {
      refused++;
      assertThat(e.code()).as(name).isEqualTo(code);
      assertThat(e.getMessage()).as(name).doesNotContain("\n").hasSizeLessThan(2000);
      assertThat(e.getCause() instanceof OutOfMemoryError).as(name).isFalse();
    }
    long taken = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    assertThat(taken).as("bytes of memory for " + name).isLessThan(MOST_MEMORY);
    return null;
  }

  /** Ends; some must have been refused, else the mutations missed what they are to meet. */
  @Override
  public void close() {
    thread.shutdownNow();
    assertThat(refused).isGreaterThan(read / 20);
  }
}
