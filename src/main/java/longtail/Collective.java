package longtail;

import java.nio.FloatBuffer;

/**
 * Sums over the workers that take a step together.
 *
 * <p>All workers must ask for the same sums in the same order. A sum is added up in float64 in the
 * order of the workers, so that all of them receive the same bits, run after run.
 */
public interface Collective {
  /** A worker without others: its numbers are the sums. */
  Collective ALONE =
      new Collective() {
        @Override
        public int workers() {
          return 1;
        }

        @Override
        public void sum(double[] values) {
          // nothing to add
        }

        @Override
        public void sum(FloatBuffer values) {
          // nothing to add
        }
      };

  /** A sum that was begun and goes on beside other work. */
  interface Pending {
    /**
     * Returns once the numbers are the sums.
     *
     * @throws RuntimeException when another worker is gone
     */
    void await();
  }

  /** Number of workers that take the step. */
  int workers();

  /**
   * Replaces every number by its sum over the workers.
   *
   * @param values as many as the other workers have
   * @throws RuntimeException when another worker is gone
   */
  void sum(double[] values);

  /**
   * Replaces every number between position and limit by its sum over the workers, rounded once to
   * float32; the position stays.
   *
   * @param values as many as the other workers have
   * @throws RuntimeException when another worker is gone
   */
  default void sum(FloatBuffer values) {
    double[] numbers = new double[values.remaining()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = values.get(values.position() + i);
    }
    sum(numbers);
    for (int i = 0; i < numbers.length; i++) {
      values.put(values.position() + i, (float) numbers[i]);
    }
  }

  /**
   * Begins {@link #sum(FloatBuffer)}, which may go on while the caller computes and asks for other
   * sums. Sums that were begun are sums of their own order: all workers must begin the same ones in
   * the same order, whatever they ask for in between.
   *
   * @param values nobody may touch them until {@link Pending#await} has returned
   */
  default Pending begin(FloatBuffer values) {
    sum(values);
    return () -> {};
  }

  /** The sum of {@code value} over the workers. */
  default double sum(double value) {
    double[] values = {value};
    sum(values);
    return values[0];
  }
}
