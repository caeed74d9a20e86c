package longtail.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ClassStatisticsTest {
  private static final int CLASSES = 5;
  private static final int WIDTH = 3;
  private static final int SAMPLES = 60;

  /** Features far from zero, so that cancellation would show, with labels. */
  private record Samples(double[][] features, int[] labels) {
    static Samples draw(long seed) {
      SplittableRandom random = RandomStreams.of(seed);
      double[][] features = new double[SAMPLES][WIDTH];
      for (double[] row : features) {
        Arrays.setAll(row, a -> 100 + a + RandomStreams.gaussian(random));
      }
      // the last class is never seen
      return new Samples(features, random.ints(SAMPLES, 0, CLASSES - 1).toArray());
    }

    ClassStatistics statistics(Covariance kind, List<Integer> chosen) {
      ClassStatistics empty = ClassStatistics.empty(kind, CLASSES, WIDTH);
      if (chosen.isEmpty()) {
        return empty;
      }
      INDArray rows =
          Nd4j.createFromArray(chosen.stream().map(i -> features[i]).toArray(double[][]::new));
      return empty.ofBatch(rows, chosen.stream().mapToInt(i -> labels[i]).toArray());
    }
  }

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void momentsAreThoseOfAllFeaturesOfTheClass(Covariance kind) {
    Samples samples = Samples.draw(1);
    ClassStatistics got = samples.statistics(kind, IntStream.range(0, SAMPLES).boxed().toList());
    for (int c = 0; c < CLASSES; c++) {
      int wanted = c;
      double[][] own =
          IntStream.range(0, SAMPLES)
              .filter(i -> samples.labels[i] == wanted)
              .mapToObj(i -> samples.features[i])
              .toArray(double[][]::new);
      assertThat(got.count(c)).isEqualTo(own.length);
      assertClose(got.mean(c), mean(own));
      assertClose(covariance(got, c), covariance(own, kind));
    }
  }

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void anySplitMergedInAnyOrderIsTheWhole(Covariance kind) {
    Samples samples = Samples.draw(2);
    ClassStatistics whole = samples.statistics(kind, IntStream.range(0, SAMPLES).boxed().toList());
    Random random = new Random(3);
    for (int trial = 0; trial < 20; trial++) {
      List<ClassStatistics> parts = parts(samples, kind, random);
      while (parts.size() > 1) {
        // two random neighbours of a random order: any tree of merges
        Collections.shuffle(parts, random);
        ClassStatistics first = parts.remove(0);
        first.merge(parts.remove(0));
        parts.add(first);
      }
      assertSame(parts.get(0), whole);
    }
  }

  private static List<ClassStatistics> parts(Samples samples, Covariance kind, Random random) {
    int workers = 1 + random.nextInt(6);
    List<List<Integer>> shares = new ArrayList<>();
    IntStream.range(0, workers).forEach(w -> shares.add(new ArrayList<>()));
    for (int i = 0; i < SAMPLES; i++) {
      shares.get(random.nextInt(workers)).add(i);
    }
    List<ClassStatistics> parts = new ArrayList<>();
    shares.forEach(share -> parts.add(samples.statistics(kind, share)));
    return parts;
  }

  /** Features of a float32 network lose nothing more, in any split. */
  @ParameterizedTest
  @EnumSource(Covariance.class)
  void float32FeaturesArePooledInFloat64(Covariance kind) {
    Samples samples = Samples.draw(6);
    INDArray single = Nd4j.createFromArray(samples.features).castTo(DataType.FLOAT);
    ClassStatistics got = ClassStatistics.empty(kind, CLASSES, WIDTH);
    ClassStatistics want = ClassStatistics.empty(kind, CLASSES, WIDTH);
    got.add(single, samples.labels);
    want.add(single.castTo(DataType.DOUBLE), samples.labels);
    assertThat(got.toBytes()).isEqualTo(want.toBytes());

    ClassStatistics merged = ClassStatistics.empty(kind, CLASSES, WIDTH);
    for (int i = SAMPLES - 1; i >= 0; i--) {
      ClassStatistics one = ClassStatistics.empty(kind, CLASSES, WIDTH);
      one.add(single.getRow(i, true), new int[] {samples.labels[i]});
      merged.merge(one);
    }
    assertSame(merged, got);
    assertThat(got.covariances(new int[] {0, 1}, DataType.FLOAT).values().dataType())
        .isEqualTo(DataType.FLOAT);
  }

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void oneFeatureOfOneImageHasNoSpreadAndAnUnseenClassNothing(Covariance kind) {
    ClassStatistics one = ClassStatistics.empty(kind, 2, 1);
    one.add(Nd4j.createFromArray(new double[][] {{7}}), new int[] {1});
    assertThat(one.count(1)).isEqualTo(1);
    assertThat(one.mean(1)).containsExactly(7);
    assertThat(covariance(one, 1)).containsExactly(0);
    assertThat(one.count(0)).isZero();
    assertThat(one.mean(0)).containsExactly(0);
    assertThat(covariance(one, 0)).containsExactly(0);

    ClassStatistics other = ClassStatistics.empty(kind, 2, 1);
    other.add(Nd4j.createFromArray(new double[][] {{3}}), new int[] {1});
    one.merge(other);
    assertThat(one.mean(1)).containsExactly(5);
    assertThat(covariance(one, 1)).containsExactly(4);
  }

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void mergingLeavesTheOtherAsItIsAndNothingChangesNothing(Covariance kind) {
    Samples samples = Samples.draw(4);
    ClassStatistics some = samples.statistics(kind, List.of(0, 1, 2, 3));
    byte[] before = some.toBytes();
    ClassStatistics empty = ClassStatistics.empty(kind, CLASSES, WIDTH);
    some.merge(empty);
    assertThat(some.toBytes()).isEqualTo(before);
    empty.merge(some);
    empty.merge(samples.statistics(kind, List.of(4, 5)));
    assertThat(some.toBytes()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void bytesHoldTheSeenClassesExactly(Covariance kind) {
    Samples samples = Samples.draw(5);
    ClassStatistics one = samples.statistics(kind, List.of(7));
    ClassStatistics many = samples.statistics(kind, IntStream.range(0, SAMPLES).boxed().toList());
    assertThat(one.toBytes().length).isLessThan(many.toBytes().length / 2);
    assertThat(ClassStatistics.fromBytes(many.toBytes()).toBytes()).isEqualTo(many.toBytes());
    assertSame(ClassStatistics.fromBytes(many.toBytes()), many);
  }

  @ParameterizedTest
  @EnumSource(Covariance.class)
  void statisticsOfAnotherShapeAreRefused(Covariance kind) {
    ClassStatistics mine = ClassStatistics.empty(kind, CLASSES, WIDTH);
    assertThatThrownBy(() -> mine.merge(ClassStatistics.empty(kind, CLASSES, WIDTH + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot pool");
    assertThatThrownBy(() -> mine.add(Nd4j.zeros(DataType.DOUBLE, 1, WIDTH), new int[] {CLASSES}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("labels must be in [0, 5)");
  }

  private static double[] mean(double[][] rows) {
    double[] mean = new double[WIDTH];
    for (double[] row : rows) {
      Arrays.setAll(mean, a -> mean[a] + row[a] / rows.length);
    }
    return mean;
  }

  private static double[] covariance(double[][] rows, Covariance kind) {
    double[] mean = mean(rows);
    double[] covariance = new double[kind.length(WIDTH)];
    for (double[] row : rows) {
      for (int a = 0; a < WIDTH; a++) {
        if (kind == Covariance.DIAGONAL) {
          covariance[a] += Math.pow(row[a] - mean[a], 2) / rows.length;
        } else {
          for (int b = 0; b < WIDTH; b++) {
            covariance[a * WIDTH + b] += (row[a] - mean[a]) * (row[b] - mean[b]) / rows.length;
          }
        }
      }
    }
    return covariance;
  }

  private static double[] covariance(ClassStatistics statistics, int c) {
    return statistics
        .covariances(new int[] {c}, DataType.DOUBLE)
        .values()
        .dup('c')
        .data()
        .asDouble();
  }

  private static void assertSame(ClassStatistics got, ClassStatistics want) {
    for (int c = 0; c < CLASSES; c++) {
      assertThat(got.count(c)).isEqualTo(want.count(c));
      assertClose(got.mean(c), want.mean(c));
      assertClose(covariance(got, c), covariance(want, c));
    }
  }

  private static void assertClose(double[] got, double[] want) {
    assertThat(got).containsExactly(want, within(1e-11 * 100));
  }
}
