package longtail.spark.round;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.collective.Peer;
import longtail.collective.PeerSecret;
import longtail.train.Counters;
import longtail.train.checkpoint.StateShare;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Round;
import org.apache.spark.broadcast.Broadcast;

/**
 * What the driver and the tasks of a segment tell each other. The small ones go by Spark's own
 * remote calls, so they are as safe as these; as bytes, for Spark's remote calls do not know the
 * classes of an application's jar.
 */
public final class SegmentMessages {
  private SegmentMessages() {}

  /** A message as bytes. */
  static byte[] bytes(Serializable message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The message that {@link #bytes} wrote. */
  static Object of(byte[] bytes) {
    try (ObjectInputStream in = new Reading(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    } catch (IOException | ClassNotFoundException e) {
      throw new LongTailException(
          ErrorCode.TRAINING,
          "cannot read a message of driver and executors (%s): do all run the same version?"
              .formatted(e),
          e);
    }
  }

  /** Reads objects whose classes the jar of this class has. */
  private static final class Reading extends ObjectInputStream {
    Reading(InputStream in) throws IOException {
      super(in);
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass type)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(type.getName(), false, SegmentMessages.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        return super.resolveClass(type); // a primitive type
      }
    }
  }

  /**
   * A task asks the driver which workers it has; answered by a {@link Placement}, or by {@link
   * Leave} once the segment has begun without it or is over.
   *
   * @param segment name of this try of the segment
   * @param task index of the task
   * @param place where it runs
   * @param residents workers that are in this process already
   */
  record Join(String segment, int task, Place place, List<Integer> residents)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * A process that has tasks.
   *
   * @param process unique name of the process
   * @param executor Spark's name of it
   * @param host where it listens for others
   * @param port where it listens for others
   */
  record Place(String process, String executor, String host, int port) implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
      return "executor %s on %s".formatted(executor, host);
    }
  }

  /**
   * The workers of a task, and where the others are.
   *
   * @param peers the processes
   * @param rank of the task's process among them
   * @param workers of this task
   * @param tasksOfProcess how many tasks of the segment are in this process
   * @param share which part of the state the task brings back at the end
   * @param shares how many tasks there are
   * @param secret of this group of processes
   */
  record Placement(
      List<Peer> peers,
      int rank,
      List<Integer> workers,
      int tasksOfProcess,
      int share,
      int shares,
      PeerSecret secret)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** The segment does without the task. */
  record Leave() implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** A task asks for the state of the segment's beginning; answered by {@link Beginning}. */
  record BeginningWanted(String segment) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** Where the state is, which is fetched once by each process. */
  record Beginning(Broadcast<TrainingState> state) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * A task lives.
   *
   * @param waitingMillis since when all of its workers wait for others; 0 if one computes
   */
  record Alive(String segment, int task, long waitingMillis) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** Rounds that have ended. */
  record Progress(String segment, List<FinishedRound> rounds) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * A round as the first worker saw it.
   *
   * @param counters sums over the workers
   * @param figures what the method says of its state, by name
   * @param nanos from the end of the round before, or from the beginning of the segment
   */
  public record FinishedRound(
      Round round, Counters counters, Map<String, Double> figures, long nanos)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * What a task returns.
   *
   * @param task index of the task
   * @param share its part of the state; null if it has none
   * @param rounds how many there were, if the first worker was its; else 0
   * @param untold those of them that {@link Progress} has not told
   * @param failure why it has no share; null without a reason: it was told to leave
   */
  public record Outcome(
      int task, StateShare share, int rounds, List<FinishedRound> untold, Failure failure)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Why a task failed. It travels as a result: Spark would repeat a task that throws.
   *
   * @param code what kind of failure
   * @param lost whether the reason is another task, or a connection
   */
  public record Failure(ErrorCode code, String message, boolean lost) implements Serializable {
    private static final long serialVersionUID = 1L;

    LongTailException exception() {
      return new LongTailException(code, message);
    }
  }
}
