package longtail.spark.round;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.ThreadSafeRpcEndpoint;
import org.apache.spark.util.RpcUtils;
import scala.Function1;
import scala.PartialFunction;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/**
 * The driver's side of the conversation with the tasks of a run's segments. It only passes on what
 * arrives, in its order; questions wait for their answers.
 */
final class SegmentEndpoint implements ThreadSafeRpcEndpoint, AutoCloseable {
  private final RpcEnv env;
  private final RpcEndpointRef self;
  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();

  /**
   * A message of a task.
   *
   * @param question how to answer it; null for a message that wants no answer
   */
  record Arrived(Object message, RpcCallContext question) {
    /** Answers the question. */
    void answer(Serializable answer) {
      question.reply(SegmentMessages.bytes(answer));
    }
  }

  private SegmentEndpoint(RpcEnv env, String name) {
    this.env = env;
    self = env.setupEndpoint(name, this);
  }

  /** The endpoint of the run {@code run}; on the driver. */
  static SegmentEndpoint open(String run) {
    return new SegmentEndpoint(SparkEnv.get().rpcEnv(), name(run));
  }

  /** How a task reaches it. */
  static RpcEndpointRef ofDriver(String run) {
    SparkEnv spark = SparkEnv.get();
    return RpcUtils.makeDriverRef(name(run), spark.conf(), spark.rpcEnv());
  }

  private static String name(String run) {
    // A part of an address, where not every character may stand.
    return "longtail-" + UUID.nameUUIDFromBytes(run.getBytes(StandardCharsets.UTF_8));
  }

  /** What has arrived, and what the driver itself adds. */
  BlockingQueue<Arrived> arrived() {
    return arrived;
  }

  @Override
  public RpcEnv rpcEnv() {
    return env;
  }

  @Override
  public PartialFunction<Object, BoxedUnit> receive() {
    return new Every(message -> arrived.add(new Arrived(read(message), null)));
  }

  @Override
  public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext question) {
    return new Every(message -> arrived.add(new Arrived(read(message), question)));
  }

  private static Object read(Object message) {
    return SegmentMessages.of((byte[]) message);
  }

  @Override
  public void close() {
    env.stop(self);
  }

  /** A function that takes any message. */
  private static final class Every extends AbstractPartialFunction<Object, BoxedUnit> {
    private final Consumer<Object> action;

    Every(Consumer<Object> action) {
      this.action = action;
    }

    @Override
    public boolean isDefinedAt(Object message) {
      return true;
    }

    @Override
    public <A, B> B applyOrElse(A message, Function1<A, B> otherwise) {
      action.accept(message);
      @SuppressWarnings("unchecked") // Scala's Unit
      B nothing = (B) BoxedUnit.UNIT;
      return nothing;
    }
  }
}
