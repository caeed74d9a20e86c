package longtail.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import org.junit.jupiter.api.Test;

class ReliabilityTest {
  private static final int CLASSES = 2;
  private static final ReliabilityBin EMPTY = new ReliabilityBin(0, 1.0 / 15, 0, 0, Double.NaN);

  @Test
  void aModelThatIsAsSureAsItIsRightHasNone() {
    Predictions predictions = Predictions.of(CLASSES);
    for (int i = 0; i < 100; i++) {
      predictions.add(i < 80 ? 0 : 1, scores(0.8));
    }
    assertThat(Reliability.of(predictions).calibrationError()).isCloseTo(0, within(1e-6));
  }

  @Test
  void everyBinCountsByItsSamples() {
    Predictions predictions = Predictions.of(CLASSES);
    for (int i = 0; i < 30; i++) {
      predictions.add(i < 15 ? 0 : 1, scores(0.99));
    }
    for (int i = 0; i < 10; i++) {
      predictions.add(0, scores(0.6));
    }
    double expected = 0.75 * (0.99 - 0.5) + 0.25 * (1 - 0.6);
    assertThat(Reliability.of(predictions).calibrationError()).isCloseTo(expected, within(1e-6));
  }

  @Test
  void theOrderOfThePartsDoesNotMatter() {
    SplittableRandom random = RandomStreams.of(5);
    Predictions[] parts = {Predictions.of(CLASSES), Predictions.of(CLASSES)};
    for (int i = 0; i < 999; i++) {
      parts[i % 2].add(random.nextInt(CLASSES), scores(random.nextDouble(0.5, 1)));
    }
    Predictions forwards = Predictions.of(CLASSES);
    forwards.addAll(parts[0]);
    forwards.addAll(parts[1]);
    Predictions backwards = Predictions.of(CLASSES);
    backwards.addAll(parts[1]);
    backwards.addAll(parts[0]);
    assertThat(Reliability.of(forwards)).isEqualTo(Reliability.of(backwards));
  }

  @Test
  void theBinsHoldAllThatTheErrorIsMadeOf() {
    SplittableRandom random = RandomStreams.of(6);
    Predictions predictions = Predictions.of(CLASSES);
    for (int i = 0; i < 500; i++) {
      predictions.add(random.nextInt(CLASSES), scores(random.nextDouble(0.5, 1)));
    }
    Reliability reliability = Reliability.of(predictions);
    assertThat(reliability.bins()).hasSize(Reliability.BINS);
    assertThat(reliability.bins().get(0)).as("below 1 / classes").isEqualTo(EMPTY);
    double error = 0;
    int samples = 0;
    for (ReliabilityBin bin : reliability.bins()) {
      samples += bin.count();
      error +=
          bin.count() == 0 ? 0 : bin.count() / 500.0 * Math.abs(bin.accuracy() - bin.confidence());
    }
    assertThat(samples).isEqualTo(500);
    assertThat(reliability.calibrationError()).isCloseTo(error, within(1e-15));
  }

  @Test
  void aBinHoldsItsUpperEndAndTheMeanOfItsProbabilities() {
    Predictions predictions = Predictions.of(CLASSES);
    predictions.add(0, scores(0.5));
    predictions.add(1, new float[] {100, 0});
    predictions.add(0, scores(0.94));
    predictions.add(0, scores(0.96));
    List<ReliabilityBin> bins = Reliability.of(predictions).bins();
    assertThat(bins.get(7)).isEqualTo(new ReliabilityBin(7.0 / 15, 8.0 / 15, 1, 1, 0.5));
    assertThat(bins.get(14).count()).isEqualTo(3);
    assertThat(bins.get(14).correct()).isEqualTo(2);
    assertThat(bins.get(14).confidence()).isCloseTo((1 + 0.94 + 0.96) / 3, within(1e-6));
  }

  @Test
  void answersWithoutScoresHaveNone() {
    Predictions answers = Predictions.of(CLASSES, new int[] {0, 1}, new int[] {0, 0});
    assertThat(Reliability.of(answers).calibrationError()).isNaN();
  }

  /** Scores that give class 0 the probability {@code p}. */
  private static float[] scores(double p) {
    return new float[] {(float) Math.log(p / (1 - p)), 0};
  }
}
