package longtail.train.data;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that may be kept in memory. Safe for use by several threads. */
final class MemoryBudget {
  /** What all workers of this process may keep together: a quarter of its heap. */
  static final MemoryBudget PROCESS = new MemoryBudget(Runtime.getRuntime().maxMemory() / 4);

  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  MemoryBudget(long limit) {
    this.limit = limit;
  }

  /** Takes {@code bytes}, unless fewer are left. */
  boolean take(long bytes) {
    if (taken.addAndGet(bytes) <= limit) {
      return true;
    }
    giveBack(bytes);
    return false;
  }

  /** Returns {@code bytes} that were taken. */
  void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }

  /** How many are taken. */
  long taken() {
    return taken.get();
  }
}
