package longtail.collective;

import java.io.Serializable;
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
        public void average(FloatBuffer values, double[] weights) {
          // it is the average
        }

        @Override
        public void average(DoubleBuffer values, double[] weights) {
          // it is the average
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
  record Spent(long waitingNanos, long sendingNanos, long sentBytes) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Nothing. */
    public static final Spent NOTHING = new Spent(0, 0, 0);

    /** The sums of both. */
    public Spent plus(Spent other) {
      return new Spent(
          waitingNanos + other.waitingNanos,
          sendingNanos + other.sendingNanos,
          sentBytes + other.sentBytes);
    }
  }

  /** The messages of all workers, in their order; they may be of different lengths. */
  List<byte[]> gather(byte[] own);

  /**
   * Replaces every number by the sum over the workers of their weight times their number, added up
   * in float64 in the order of the workers and rounded once. A weight of 0 leaves a worker out.
   *
   * @param values direct memory, as many numbers as the other workers have; the position stays
   * @param weights of all workers, the same with all of them
   */
  void average(FloatBuffer values, double[] weights);

  /** The same in float64. */
  void average(DoubleBuffer values, double[] weights);

  /**
   * Returns if the group is there as ever.
   *
   * @throws PeerLostException if it was closed, so that nothing that this worker does is of use
   */
  default void requireOpen() {}

  /** What was spent since the last call. */
  Spent spent();
}
