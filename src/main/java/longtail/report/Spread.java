package longtail.report;

import java.util.Arrays;

/**
 * Mean and spread of a figure over runs that differ in their seed.
 *
 * @param runs number of runs that have the figure
 * @param mean their mean; NaN without runs
 * @param deviation sample standard deviation (divisor {@code runs - 1}); NaN with less than two
 *     runs
 */
record Spread(int runs, double mean, double deviation) {
  /** Of {@code values}; those that are NaN are left out. */
  static Spread of(double[] values) {
    double[] known = Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
    double mean = Arrays.stream(known).average().orElse(Double.NaN);
    double squares = Arrays.stream(known).map(value -> (value - mean) * (value - mean)).sum();
    return new Spread(
        known.length,
        mean,
        known.length < 2 ? Double.NaN : Math.sqrt(squares / (known.length - 1)));
  }
}
