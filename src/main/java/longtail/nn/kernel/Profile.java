package longtail.nn.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** How long the parts of a computation took, by name; for one thread. */
public final class Profile {
  private final LongSupplier clock;
  private final Map<String, Sum> sums = new LinkedHashMap<>();

  /**
   * A part of a computation.
   *
   * @param name what was computed, such as {@code convolution forward}
   * @param calls how many times
   * @param nanoseconds in all
   * @param operations floating-point operations in all, 0 where nobody counts them
   */
  public record Part(String name, long calls, long nanoseconds, double operations) {}

  private static final class Sum {
    private long calls;
    private long nanoseconds;
    private double operations;
  }

  /** An empty profile by {@code clock}, which tells nanoseconds. */
  public Profile(LongSupplier clock) {
    this.clock = clock;
  }

  /** What the clock says. */
  public long now() {
    return clock.getAsLong();
  }

  /** Adds what took from {@code start} until now to the part {@code name}. */
  public void add(String name, long start, double operations) {
    long taken = now() - start;
    Sum sum = sums.computeIfAbsent(name, unused -> new Sum());
    sum.calls++;
    sum.nanoseconds += taken;
    sum.operations += operations;
  }

  /** Forgets everything so far. */
  public void clear() {
    sums.clear();
  }

  /** The parts in the order of their first appearance. */
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    sums.forEach(
        (name, sum) -> parts.add(new Part(name, sum.calls, sum.nanoseconds, sum.operations)));
    return parts;
  }
}
