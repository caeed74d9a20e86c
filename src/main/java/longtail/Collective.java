package longtail;

/**
 * Sums over the workers that take a step together.
 *
 * <p>All workers must ask for the same sums in the same order. A sum is added up in the order of
 * the workers, so that all of them receive the same bits, run after run.
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
      };

  /** Number of workers that take the step. */
  int workers();

  /**
   * Replaces every number by its sum over the workers.
   *
   * @param values as many as the other workers have
   * @throws LongTailException (TRAINING) when another worker is gone
   */
  void sum(double[] values);

  /** The sum of {@code value} over the workers. */
  default double sum(double value) {
    double[] values = {value};
    sum(values);
    return values[0];
  }
}
