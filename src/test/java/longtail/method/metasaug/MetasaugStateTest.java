package longtail.method.metasaug;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.Collective;
import longtail.RandomStreams;
import longtail.method.Contribution;
import longtail.statistics.ClassRows;
import longtail.statistics.ClassStatistics;
import longtail.statistics.Covariance;
import longtail.statistics.CovarianceChanges;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Knowledge of 9 classes of 3 features, of which a round sees some. */
class MetasaugStateTest {
  private static final int CLASSES = 9;
  private static final int WIDTH = 3;
  private final SplittableRandom random = RandomStreams.of(1);

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void workersThatMergeKnowWhatAllSaw(Covariance kind) {
    List<MetasaugState> workers =
        Stream.generate(() -> MetasaugState.beginning(ClassStatistics.empty(kind, CLASSES, WIDTH)))
            .limit(3)
            .toList();
    ClassStatistics statistics = ClassStatistics.empty(kind, CLASSES, WIDTH);
    CovarianceChanges changes = CovarianceChanges.none();
    CovarianceChanges none = CovarianceChanges.none();
    for (int round = 0; round < 12; round++) {
      List<Contribution> contributions = new ArrayList<>();
      long[] examples = {random.nextInt(3), random.nextInt(4), 5};
      long all = Arrays.stream(examples).sum();
      for (int w = 0; w < examples.length; w++) {
        long share = examples[w];
        ClassStatistics seen = ClassStatistics.empty(kind, CLASSES, WIDTH);
        CovarianceChanges learned = CovarianceChanges.none();
        MetasaugState worker = workers.get(w);
        for (int i = 0; i < share; i++) {
          int[] label = {random.nextInt(round < 6 ? 4 : CLASSES)};
          INDArray feature = row(WIDTH).reshape('c', new long[] {1, WIDTH});
          worker.add(feature, label, label, Collective.ALONE);
          seen.add(feature, label);
          // in the first rounds nothing is learned
          if (round > 2) {
            ClassRows change = new ClassRows(label, change(kind));
            worker.keep(change, -0.1);
            learned.add(change, -0.1);
          }
        }
        contributions.add(new Contribution(worker.contribution(), share));
        if (share > 0) {
          statistics.merge(seen);
          changes.add(ByteBuffer.wrap(learned.toBytes()), (double) share / all);
        }
      }
      for (MetasaugState worker : workers) {
        worker.merge(contributions);
        assertThat(worker.toBytes()).isEqualTo(bytes(statistics, changes));
        assertThat(worker.contribution()).isEqualTo(bytes(statistics.emptied(), none));
      }
    }
  }

  private static byte[] bytes(ClassStatistics statistics, CovarianceChanges changes) {
    byte[] first = statistics.toBytes();
    byte[] second = changes.toBytes();
    return ByteBuffer.allocate(8 + first.length + second.length)
        .putInt(first.length)
        .put(first)
        .putInt(second.length)
        .put(second)
        .array();
  }

  private INDArray change(Covariance kind) {
    return kind == Covariance.FULL
        ? row(WIDTH * WIDTH).reshape('c', new long[] {1, WIDTH, WIDTH})
        : row(WIDTH).reshape('c', new long[] {1, WIDTH});
  }

  private INDArray row(int width) {
    double[] numbers = new double[width];
    Arrays.setAll(numbers, a -> RandomStreams.gaussian(random));
    return Nd4j.createFromArray(numbers);
  }
}
