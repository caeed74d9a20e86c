package longtail.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.method.Method;
import longtail.nn.kernel.GraphicsDevice;
import longtail.train.Averaging;
import longtail.train.Changing;
import longtail.train.Frozen;
import longtail.train.MergedResult;
import longtail.train.MethodHistory;
import longtail.train.TrainingState;
import longtail.train.WorkerResult;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * The workers of one run. In a round the state is broadcast, every worker does its steps, and what
 * they bring back is merged.
 *
 * <p>A round is a job of one task per worker; the index of the task's partition is the worker. A
 * worker returns to the executor that it sat in, where its network is still in memory, or anywhere
 * else if that executor is gone: a task's result depends on the broadcast state alone. Of the
 * method's state a worker fetches what changed since its last round, and all of it where it begins
 * anew; what a stage cannot change of the parameters it fetches once.
 */
final class WorkerGroup implements AutoCloseable {
  private static final ClassTag<Integer> INTEGERS = ClassTag$.MODULE$.apply(Integer.class);

  private final JavaSparkContext spark;
  private final String run;
  private final int workers;
  private final WorkerFactory factory;
  private final Averaging.Scope scope;
  private final MethodBroadcasts methods;
  private final FrozenBroadcasts frozen;
  private List<Attendance> attendances = List.of();

  private WorkerGroup(
      JavaSparkContext spark,
      String run,
      int workers,
      WorkerFactory factory,
      Averaging.Scope scope) {
    this.spark = spark;
    this.run = run;
    this.workers = workers;
    this.factory = factory;
    this.scope = scope;
    methods = new MethodBroadcasts(spark);
    frozen = new FrozenBroadcasts(spark);
  }

  /** The loop of one worker, resident in an executor. */
  interface RoundWorker extends AutoCloseable {
    /**
     * Does {@code steps} steps beginning with {@code from} and the state of the method that {@code
     * method} leads to, each together with the workers of {@code together}; depends on nothing
     * else.
     *
     * @param frozen parts of the vectors that neither {@code from} nor the result has; empty if
     *     they are whole
     */
    WorkerResult run(
        TrainingState from,
        Optional<Frozen> frozen,
        MethodHistory method,
        int steps,
        Collective together);

    @Override
    void close();
  }

  /** Where a round begins: what all workers fetch, and what each fetches as far as it needs it. */
  private record Start(Broadcast<TrainingState> state, Frozen frozenOrNull, BroadcastHistory method)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    /** An Optional does not travel with tasks. */
    Optional<Frozen> frozen() {
      return Optional.ofNullable(frozenOrNull);
    }
  }

  /** Makes the loop of a worker in its executor. */
  interface WorkerFactory extends Serializable {
    /** The loop of worker {@code worker}. */
    RoundWorker create(int worker);
  }

  /**
   * The workers of the run with the unique name {@code run}.
   *
   * @param scope whether the workers of a round do their steps alone or together
   */
  static WorkerGroup of(
      JavaSparkContext spark,
      String run,
      int workers,
      WorkerFactory factory,
      Averaging.Scope scope) {
    return new WorkerGroup(spark, run, workers, factory, scope);
  }

  /**
   * One round of {@code steps} steps from {@code state}.
   *
   * @param method of the round's stage
   */
  RoundResult round(TrainingState state, Method method, int steps) {
    return round(state, method, Optional.empty(), steps);
  }

  /** The same, where the steps change only the parts {@code changing} of the flat vectors. */
  RoundResult round(TrainingState state, Method method, Optional<Changing> changing, int steps) {
    long start = System.nanoTime();
    TrainingState parts = changing.map(c -> c.of(state)).orElseGet(state::withoutMethod);
    Start sent =
        new Start(
            spark.broadcast(parts),
            frozen.next(state, changing).orElse(null),
            methods.next(state, method));
    long broadcast = System.nanoTime() - start;
    // Only these travel with the tasks, not this object.
    String name = run;
    WorkerFactory create = factory;
    JavaRDD<Delivery> deliveries =
        scope == Averaging.Scope.STEP && workers > 1
            ? together(name, create, sent, steps)
            : seats().map(worker -> work(name, worker, create, sent, steps, Collective.ALONE));
    SliceMerge.Outcome outcome = Failures.unwrap(() -> SliceMerge.of(deliveries, workers));
    sent.state().destroy();
    attendances = outcome.attendances();
    MergedResult merged =
        changing.map(c -> c.whole(outcome.merged(), state)).orElse(outcome.merged());
    frozen.merged(merged);
    return new RoundResult(
        merged, attendances, broadcast, methods.sentBytes(), System.nanoTime() - start);
  }

  /** A barrier stage: its tasks run at the same time, or not at all. */
  private JavaRDD<Delivery> together(String name, WorkerFactory create, Start sent, int steps) {
    return Barrier.map(
        seats(),
        worker -> {
          try (Mesh mesh = Mesh.join(BarrierTaskContext.get())) {
            return work(name, worker, create, sent, steps, mesh);
          }
        });
  }

  private static Delivery work(
      String run, int worker, WorkerFactory factory, Start from, int steps, Collective together) {
    long start = System.nanoTime();
    OptionalInt device = TaskDevice.current();
    try {
      WorkerResult result =
          Resident.call(
              new Resident.Seat(run, "worker", worker),
              () -> {
                device.ifPresent(GraphicsDevice::use);
                return factory.create(worker);
              },
              resident ->
                  resident.run(
                      from.state().value(), from.frozen(), from.method(), steps, together));
      return new Delivery(Optional.of(result), Optional.empty(), here(worker, start));
    } catch (LongTailException e) {
      if (e.code() == ErrorCode.TRAINING) {
        throw e;
      }
      return new Delivery(
          Optional.empty(), Optional.of(Delivery.Failure.of(e)), here(worker, start));
    }
  }

  private static Attendance here(int worker, long start) {
    return Attendance.here(worker, System.nanoTime() - start);
  }

  /** One partition per worker, which holds its index, preferably where it sat last. */
  private JavaRDD<Integer> seats() {
    List<Tuple2<Integer, Seq<String>>> seats = new ArrayList<>();
    boolean known = !spark.isLocal() && attendances.size() == workers;
    for (int worker : IntStream.range(0, workers).toArray()) {
      List<String> places = known ? List.of(attendances.get(worker).location()) : List.of();
      seats.add(new Tuple2<>(worker, JavaConverters.asScalaBuffer(places).toSeq()));
    }
    return new JavaRDD<>(
        spark.sc().makeRDD(JavaConverters.asScalaBuffer(seats).toSeq(), INTEGERS), INTEGERS);
  }

  /** Frees what the workers hold in the executors. */
  @Override
  public void close() {
    methods.close();
    frozen.close();
    Resident.dismissAll(run);
    if (!spark.isLocal() && !spark.sc().isStopped() && !attendances.isEmpty()) {
      String name = run;
      spark.sc().setJobDescription("end of " + run);
      seats().foreach(worker -> Resident.dismissAll(name));
    }
  }
}
