package longtail.method;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What the method of one worker brings back from a round.
 *
 * @param bytes as {@link Learner#contribution} made them
 * @param examples images that the worker learned from, the weight of its result
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once; nobody compares or keeps it
public record Contribution(byte[] bytes, long examples) implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * The mean of contributions that are all doubles, weighted by examples.
   *
   * @param contributions at least one, all as long as one another
   */
  public static byte[] mean(List<Contribution> contributions) {
    long examples = contributions.stream().mapToLong(Contribution::examples).sum();
    double[] mean = new double[contributions.get(0).bytes().length / Double.BYTES];
    for (Contribution contribution : contributions) {
      // a single contributor has the weight 1, which leaves its numbers as they are
      double weight =
          examples == 0 ? 1.0 / contributions.size() : (double) contribution.examples() / examples;
      double[] numbers = new double[mean.length];
      ByteBuffer.wrap(contribution.bytes()).asDoubleBuffer().get(numbers);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += weight * numbers[i];
      }
    }
    ByteBuffer buffer = ByteBuffer.allocate(Double.BYTES * mean.length);
    buffer.asDoubleBuffer().put(mean);
    return buffer.array();
  }
}
