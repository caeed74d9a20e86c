package longtail.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import org.junit.jupiter.api.Test;

class CalibrationErrorTest {
  private static final int CLASSES = 2;

  @Test
  void aModelThatIsAsSureAsItIsRightHasNone() {
    Predictions predictions = Predictions.of(CLASSES);
    for (int i = 0; i < 100; i++) {
      predictions.add(i < 80 ? 0 : 1, scores(0.8));
    }
    assertThat(CalibrationError.of(predictions)).isCloseTo(0, within(1e-6));
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
    assertThat(CalibrationError.of(predictions)).isCloseTo(expected, within(1e-6));
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
    assertThat(CalibrationError.of(forwards)).isEqualTo(CalibrationError.of(backwards));
  }

  @Test
  void answersWithoutScoresHaveNone() {
    Predictions answers = Predictions.of(CLASSES, new int[] {0, 1}, new int[] {0, 0});
    assertThat(CalibrationError.of(answers)).isNaN();
  }

  /** Scores that give class 0 the probability {@code p}. */
  private static float[] scores(double p) {
    return new float[] {(float) Math.log(p / (1 - p)), 0};
  }
}
