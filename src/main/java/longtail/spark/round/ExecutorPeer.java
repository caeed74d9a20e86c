package longtail.spark.round;

import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.collective.PeerGroup;
import longtail.collective.PeerListener;
import longtail.spark.round.SegmentMessages.Place;
import longtail.spark.round.SegmentMessages.Placement;
import org.apache.spark.SparkEnv;

/** This process as a peer of others: where it listens, and the groups that its tasks share. */
final class ExecutorPeer {
  private static final String PROCESS = UUID.randomUUID().toString();
  private static final Map<UUID, Shared> GROUPS = new ConcurrentHashMap<>();
  private static PeerListener listener; // opened once and kept

  private ExecutorPeer() {}

  /** A group and how many tasks still use it. */
  private static final class Shared {
    private final int tasks;
    private PeerGroup group;
    private IOException failure;
    private int left;

    Shared(int tasks) {
      this.tasks = tasks;
    }

    synchronized PeerGroup group(Placement placement, int simultaneous) throws IOException {
      if (failure != null) {
        throw failure;
      }
      if (group == null) {
        try {
          group =
              PeerGroup.connect(
                  placement.peers(), placement.rank(), simultaneous, placement.secret(), listener);
        } catch (IOException e) {
          failure = e;
          throw e;
        }
      }
      return group;
    }

    /** Whether the last task has left. */
    synchronized boolean leave() {
      if (++left < tasks) {
        return false;
      }
      if (group != null) {
        group.close();
      }
      return true;
    }
  }

  /** Where this process is, and listens from now on. */
  static synchronized Place here(SegmentPlan plan) {
    SparkEnv spark = SparkEnv.get();
    if (listener == null) {
      try {
        listener =
            PeerListener.open(
                spark.blockManager().blockManagerId().host(), plan.port(), plan.ports());
      } catch (IOException e) {
        throw new LongTailException(
            ErrorCode.TRAINING,
            "%s; free one, or set %s".formatted(e.getMessage(), Segments.PORT),
            e);
      }
    }
    return new Place(PROCESS, spark.executorId(), listener.host(), listener.port());
  }

  /** The group of {@code placement}, connected by the first task that asks. */
  static PeerGroup group(Placement placement, int coresOfTask) throws IOException {
    return GROUPS
        .computeIfAbsent(placement.secret().group(), g -> new Shared(placement.tasksOfProcess()))
        .group(placement, placement.tasksOfProcess() * coresOfTask);
  }

  /** Tells that a task no longer uses its group, which ends with its last task. */
  static void leave(Placement placement) {
    UUID name = placement.secret().group();
    Shared shared = GROUPS.get(name);
    if (shared != null && shared.leave()) {
      GROUPS.remove(name);
    }
  }
}
