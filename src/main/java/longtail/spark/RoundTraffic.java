package longtail.spark;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.StageInfo;
import org.apache.spark.storage.BlockUpdatedInfo;
import org.apache.spark.storage.BroadcastBlockId;

/**
 * What Spark sends between driver and executors, by its own books: sizes of the blocks and messages
 * as they are serialised and compressed.
 */
final class RoundTraffic extends SparkListener implements AutoCloseable {
  private static final String DRIVER = "driver";

  /** A piece of a broadcast in one process. */
  private record Piece(String executor, String block) {}

  /**
   * A finished stage.
   *
   * @param milliseconds from its submission to its end
   * @param shuffleBytes what its tasks wrote for the next stage
   * @param resultBytes what its tasks sent to the driver
   */
  record Stage(long milliseconds, long shuffleBytes, long resultBytes) {}

  /**
   * What was sent in a while.
   *
   * @param broadcastBytes one copy of everything that the driver broadcast
   * @param fetchedBytes what executors other than the driver's own process fetched of that
   * @param stages in the order in which they ended
   */
  record Sent(long broadcastBytes, long fetchedBytes, List<Stage> stages) {
    /** The stage that wrote a shuffle, if one did. */
    Optional<Stage> shuffling() {
      return stages.stream().filter(stage -> stage.shuffleBytes() > 0).findFirst();
    }

    /** What all tasks sent to the driver as results. */
    long resultBytes() {
      return stages.stream().mapToLong(Stage::resultBytes).sum();
    }
  }

  private final JavaSparkContext spark;
  private final Map<Piece, Long> pieces = new HashMap<>();
  private final List<Stage> stages = new ArrayList<>();

  private RoundTraffic(JavaSparkContext spark) {
    this.spark = spark;
  }

  /** Watches the traffic of {@code spark} from now on. */
  static RoundTraffic watch(JavaSparkContext spark) {
    RoundTraffic traffic = new RoundTraffic(spark);
    spark.sc().addSparkListener(traffic);
    return traffic;
  }

  /** What was sent since the last call. */
  Sent take() {
    try {
      spark.sc().listenerBus().waitUntilEmpty();
    } catch (TimeoutException e) {
      throw new LongTailException(
          ErrorCode.TRAINING,
          "cannot measure what was sent: Spark's listeners have not caught up; use fewer cores",
          e);
    }
    synchronized (this) {
      Sent sent = new Sent(bytes(true), bytes(false), List.copyOf(stages));
      pieces.clear();
      stages.clear();
      return sent;
    }
  }

  private long bytes(boolean ofDriver) {
    return pieces.entrySet().stream()
        .filter(piece -> piece.getKey().executor().equals(DRIVER) == ofDriver)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  @Override
  public synchronized void onBlockUpdated(SparkListenerBlockUpdated event) {
    BlockUpdatedInfo info = event.blockUpdatedInfo();
    if (info.blockId() instanceof BroadcastBlockId id
        && id.field().startsWith("piece")
        && info.storageLevel().isValid()) {
      pieces.put(
          new Piece(info.blockManagerId().executorId(), id.name()),
          info.memSize() + info.diskSize());
    }
  }

  @Override
  public synchronized void onStageCompleted(SparkListenerStageCompleted event) {
    StageInfo info = event.stageInfo();
    TaskMetrics metrics = info.taskMetrics();
    stages.add(
        new Stage(
            (Long) info.completionTime().get() - (Long) info.submissionTime().get(),
            metrics.shuffleWriteMetrics().bytesWritten(),
            metrics.resultSize()));
  }

  @Override
  public void close() {
    spark.sc().removeSparkListener(this);
  }
}
