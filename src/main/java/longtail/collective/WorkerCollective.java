package longtail.collective;

import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import longtail.Collective;

/**
 * One worker among the workers of a run, who sum, average and tell each other things.
 *
 * <p>All workers must ask for the same things in the same order. Every result has the same bits
 * with all of them, wherever the workers are.
 */
public interface WorkerCollective extends Collective {
  /** A worker without others. */
  WorkerCollective ALONE =
      new WorkerCollective() {
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

        @Override
        public List<byte[]> gather(byte[] own) {
          return List.of(own);
        }

        @Override
        public boolean average(FloatBuffer values, double[] weights) {
          return true;
        }

        @Override
        public boolean average(DoubleBuffer values, double[] weights) {
          return true;
        }

        @Override
        public Spent spent() {
          return Spent.NOTHING;
        }
      };

  /**
   * What a worker spent on the others.
   *
   * @param waitingNanos until all had come to a message or to an averaging
   * @param sendingNanos summing, sending and receiving vectors
   * @param sentBytes what this worker's process sent to other processes
   */
  record Spent(long waitingNanos, long sendingNanos, long sentBytes) {
    /** Nothing. */
    public static final Spent NOTHING = new Spent(0, 0, 0);
  }

  /** The messages of all workers, in their order; they may be of different lengths. */
  List<byte[]> gather(byte[] own);

  /**
   * Replaces every number by the sum over the workers of their weight times their number, added up
   * in float64 in the order of the workers and rounded once. A weight of 0 leaves a worker out.
   *
   * @param values direct memory, as many numbers as the other workers have; the position stays
   * @param weights of all workers, the same with all of them
   * @return whether the sums that were added up for this worker are all finite; where one is not,
   *     some worker is told so
   */
  boolean average(FloatBuffer values, double[] weights);

  /** The same in float64. */
  boolean average(DoubleBuffer values, double[] weights);

  /** What was spent since the last call. */
  Spent spent();
}
