package longtail.collective;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Where the workers of one process come together: the last one to arrive does what there is to do
 * for all, the others wait for it. If it fails, or one of them leaves, all fail.
 *
 * @param <T> what each brings
 */
final class Meeting<T> {
  private final List<T> brought;
  private List<T> all = List.of();
  private int arrived;
  private long finished;
  private Throwable broken;

  Meeting(int parties) {
    brought = new ArrayList<>(Collections.nCopies(parties, null));
  }

  /** What is done with what the workers brought, in their order. */
  interface Work<T> {
    void with(List<T> brought) throws Exception;
  }

  /**
   * Brings {@code mine} as the one in place {@code place} and returns once all have come and {@code
   * work} has been done once.
   *
   * @return what all brought, in their order
   */
  List<T> meet(int place, T mine, Work<T> work) {
    if (arrive(place, mine)) {
      try {
        work.with(all);
      } catch (Exception | Error e) {
        breakUp(e);
        throw failure(e);
      }
      end();
    }
    // The others cannot begin the next meeting before this worker comes to it.
    return all;
  }

  /** Whether it is the last one; waits for the end if it is not. */
  private synchronized boolean arrive(int place, T mine) {
    requireWhole();
    brought.set(place, mine);
    long before = finished;
    if (++arrived == brought.size()) {
      all = List.copyOf(brought);
      return true;
    }
    while (finished == before && broken == null) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        breakUp(e);
      }
    }
    if (finished == before) {
      requireWhole();
    }
    return false;
  }

  private synchronized void end() {
    arrived = 0;
    finished++;
    notifyAll();
  }

  /** Whoever waits, or comes later, fails with {@code cause}. */
  synchronized void breakUp(Throwable cause) {
    if (broken == null) {
      broken = cause;
    }
    notifyAll();
  }

  private void requireWhole() {
    if (broken != null) {
      throw failure(broken);
    }
  }

  private static PeerLostException failure(Throwable cause) {
    return new PeerLostException("cannot go on with the other workers: " + cause, cause);
  }
}
