package longtail.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.Collective;
import longtail.RandomStreams;
import longtail.method.Method;
import longtail.train.Averaging;
import longtail.train.Counters;
import longtail.train.FlatVector;
import longtail.train.Frozen;
import longtail.train.MethodHistory;
import longtail.train.TrainingState;
import longtail.train.WorkerResult;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sums between tasks of a real barrier stage. */
class MeshTest {
  private static final int WORKERS = 3;
  private static final Method METHOD = new Method.Supervised();
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.open(WORKERS);
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  @Test
  void everyWorkerReceivesTheSameBitsWhateverTheLength() {
    for (int length : new int[] {1, 2, 3, 10, 500_001}) {
      double[] expected = new double[length];
      for (int worker = 0; worker < WORKERS; worker++) {
        double[] part = part(worker, length);
        Arrays.setAll(expected, i -> expected[i] + part[i]);
      }
      WorkerGroup.WorkerFactory summing = worker -> adding(worker, length);
      try (WorkerGroup group =
          WorkerGroup.of(spark, "sums" + length, WORKERS, summing, Averaging.Scope.STEP)) {
        RoundResult round =
            group.round(TrainingState.initial(FlatVector.of(new double[1])), METHOD, 1);
        // each worker brings back the largest difference to the expected sums, and their number
        assertThat(round.merged().parameters()).isEqualTo(FlatVector.of(new double[] {0}));
        assertThat(round.merged().counters().examples()).isEqualTo((long) WORKERS * length);
      }
    }
  }

  @Test
  void oneSumFollowsTheOther() {
    WorkerGroup.WorkerFactory scalars = MeshTest::scalars;
    try (WorkerGroup group =
        WorkerGroup.of(spark, "scalars", WORKERS, scalars, Averaging.Scope.STEP)) {
      RoundResult round =
          group.round(TrainingState.initial(FlatVector.of(new double[1])), METHOD, 50);
      assertThat(round.merged().parameters())
          .isEqualTo(FlatVector.of(new double[] {50 * (1 + 2 + 3)}));
    }
  }

  private static WorkerGroup.RoundWorker adding(int worker, int length) {
    return worker(
        (from, steps, together) -> {
          double[] values = part(worker, length);
          together.sum(values);
          double[] expected = new double[length];
          for (int other = 0; other < WORKERS; other++) {
            double[] part = part(other, length);
            Arrays.setAll(expected, i -> expected[i] + part[i]);
          }
          boolean same = Arrays.equals(values, expected);
          return result(worker, same ? 0 : 1, values.length);
        });
  }

  private static WorkerGroup.RoundWorker scalars(int worker) {
    return worker(
        (from, steps, together) -> {
          double sum = 0;
          for (int i = 0; i < steps; i++) {
            sum += together.sum(worker + 1.0);
          }
          return result(worker, sum, 1);
        });
  }

  private static WorkerResult result(int worker, double parameter, int examples) {
    return new WorkerResult(
        worker,
        FlatVector.of(new double[] {parameter}),
        FlatVector.of(new double[0]),
        new byte[0],
        new Counters(examples, 0, 0, 0, 0));
  }

  private static double[] part(int worker, int length) {
    SplittableRandom random = RandomStreams.of(worker, length);
    double[] part = new double[length];
    Arrays.setAll(part, i -> random.nextDouble() - 0.5);
    return part;
  }

  private static WorkerGroup.RoundWorker worker(Step step) {
    return new WorkerGroup.RoundWorker() {
      @Override
      public WorkerResult run(
          TrainingState from,
          Optional<Frozen> frozen,
          MethodHistory method,
          int steps,
          Collective together) {
        return step.run(from, steps, together);
      }

      @Override
      public void close() {}
    };
  }

  private interface Step {
    WorkerResult run(TrainingState from, int steps, Collective together);
  }
}
