package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.method.Method;
import longtail.train.Averaging;
import longtail.train.Counters;
import longtail.train.Cursor;
import longtail.train.FlatVector;
import longtail.train.Frozen;
import longtail.train.MethodHistory;
import longtail.train.TrainingState;
import longtail.train.WorkerResult;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerGroupTest {
  private static final Method METHOD = new Method.Supervised();
  private static final AtomicInteger CREATED = new AtomicInteger();
  private static final AtomicInteger CLOSED = new AtomicInteger();
  private static final AtomicInteger FAILURES = new AtomicInteger();
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.open(2);
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  @BeforeEach
  void reset() {
    CREATED.set(0);
    CLOSED.set(0);
    FAILURES.set(0);
  }

  /** Adds (worker + 1) times the steps to every parameter; worker w saw w + 1 examples. */
  private record Adding(int worker) implements WorkerGroup.RoundWorker {
    static WorkerGroup.RoundWorker create(int worker) {
      CREATED.incrementAndGet();
      return new Adding(worker);
    }

    @Override
    public WorkerResult run(
        TrainingState from,
        Optional<Frozen> frozen,
        MethodHistory method,
        int steps,
        Collective together) {
      if (FAILURES.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException("the executor is lost");
      }
      double[] parameters = new double[from.parameters().length()];
      for (int i = 0; i < parameters.length; i++) {
        parameters[i] = from.parameters().at(i) + steps * (worker + 1);
      }
      return new WorkerResult(
          worker,
          FlatVector.of(parameters),
          FlatVector.of(new double[] {worker}),
          new byte[0],
          new Counters(worker + 1, worker, 1, 0, 0));
    }

    @Override
    public void close() {
      CLOSED.incrementAndGet();
    }
  }

  private static TrainingState zeros(int length) {
    return TrainingState.initial(FlatVector.of(new double[length]));
  }

  private static TrainingState advance(TrainingState state, RoundResult round) {
    return state.advance(
        round.merged(), new Method.Supervised(), new Cursor(0, 0, 1), state.iteration() + 1);
  }

  @Test
  void aRoundIsTheExampleWeightedMeanOverTheWorkers() {
    try (WorkerGroup group =
        WorkerGroup.of(spark, "mean", 3, Adding::create, Averaging.Scope.ROUND)) {
      RoundResult round = group.round(zeros(7), METHOD, 2);
      // (1*2 + 2*4 + 3*6) / 6
      assertThat(round.merged().parameters().toArray().toDoubleVector())
          .hasSize(7)
          .usingComparatorWithPrecision(1e-12)
          .containsOnly(28.0 / 6);
      assertThat(round.merged().optimizer().at(0))
          .isCloseTo((1 * 0 + 2 * 1 + 3 * 2) / 6.0, within(1e-12));
      assertThat(round.merged().counters().examples()).isEqualTo(6);
      assertThat(round.attendances()).extracting(Attendance::worker).containsExactly(0, 1, 2);
    }
  }

  @Test
  void oneWorkerNeedsNoMerge() {
    try (WorkerGroup group =
        WorkerGroup.of(spark, "single", 1, Adding::create, Averaging.Scope.ROUND)) {
      RoundResult round = group.round(zeros(2), METHOD, 3);
      assertThat(round.merged().parameters()).isEqualTo(FlatVector.of(new double[] {3, 3}));
    }
  }

  @Test
  void workersStayBetweenRoundsAndLeaveAtTheEnd() {
    try (WorkerGroup group =
        WorkerGroup.of(spark, "resident", 2, Adding::create, Averaging.Scope.ROUND)) {
      TrainingState state = zeros(5);
      for (int round = 0; round < 4; round++) {
        state = advance(state, group.round(state, METHOD, 1));
      }
      assertThat(CREATED).hasValue(2);
      assertThat(Resident.count("resident")).isEqualTo(2);
    }
    assertThat(Resident.count("resident")).isZero();
  }

  @Test
  void aWorkerThatFailsIsMadeAnewAndChangesNothing() {
    try (WorkerGroup group =
        WorkerGroup.of(spark, "good", 2, Adding::create, Averaging.Scope.ROUND)) {
      FlatVector expected = group.round(zeros(9), METHOD, 2).merged().parameters();
      FAILURES.set(1);
      assertThatThrownBy(() -> group.round(zeros(9), METHOD, 2))
          .isInstanceOfSatisfying(
              LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TRAINING))
          .hasMessageContaining("the executor is lost");
      assertThat(group.round(zeros(9), METHOD, 2).merged().parameters()).isEqualTo(expected);
      assertThat(CREATED).hasValue(3);
    }
  }

  @Test
  void divergenceIsReportedOnceAndAsWhatItIs() {
    WorkerGroup.WorkerFactory diverging =
        worker -> {
          CREATED.incrementAndGet();
          throw new LongTailException(ErrorCode.DIVERGED, "the loss became NaN");
        };
    try (WorkerGroup group =
        WorkerGroup.of(spark, "diverging", 2, diverging, Averaging.Scope.ROUND)) {
      assertThatThrownBy(() -> group.round(zeros(3), METHOD, 1))
          .isInstanceOfSatisfying(
              LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DIVERGED))
          .hasMessage("the loss became NaN");
    }
  }
}
