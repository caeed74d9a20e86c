package longtail.eval;

import static longtail.eval.OpenSet.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import org.junit.jupiter.api.Test;

class OpenSetTest {
  private static final ClassCounts TRAINING = ClassCounts.of(500, 50, 5);

  @Test
  void answersBelowTheThresholdAreRejected() {
    float[] scores = {0, (float) Math.log(2), (float) Math.log(7)};
    assertThat(OpenSet.answer(scores, 0.69)).isEqualTo(2);
    assertThat(OpenSet.answer(scores, 0.71)).isEqualTo(UNKNOWN);
    assertThat(OpenSet.answer(new float[3], 1.0 / 3)).as("no class is preferred").isZero();
  }

  @Test
  void figuresTellKnownFromUnknown() {
    OpenSet openSet = openSet(0, 0, 0, 1, 1, 1, 2, UNKNOWN, UNKNOWN, 0, UNKNOWN, UNKNOWN);
    assertThat(openSet.precision()).isCloseTo(2.0 / 3, within(1e-15));
    assertThat(openSet.recall()).isCloseTo(2.0 / 3, within(1e-15));
    assertThat(openSet.fMeasure()).isCloseTo(2.0 / 3, within(1e-11));
    assertThat(openSet.unknownAccuracy()).isEqualTo(0.5);
    assertThat(openSet.knownAccuracy()).isEqualTo(0.5);
    assertThat(openSet.accuracy(Shots.Group.MANY)).isEqualTo(0.5);
    assertThat(openSet.accuracy(Shots.Group.FEW)).as("rejected").isZero();
  }

  @Test
  void predictionsGiveTheFiguresOfTheirAnswers() {
    float[][] scores = {{9, 0, 0}, {0, 1, 0}, {0, 0, 9}, {0, 0, 1}, {9, 0, 0}};
    int[] labels = {0, 1, 1, UNKNOWN, UNKNOWN};
    Predictions all = Predictions.of(3);
    OpenSet expected = OpenSet.of(TRAINING, Shots.USUAL);
    for (int i = 0; i < scores.length; i++) {
      Predictions one = Predictions.of(3);
      if (labels[i] == UNKNOWN) {
        one.addUnknown(scores[i]);
      } else {
        one.add(labels[i], scores[i]);
      }
      all.addAll(one);
      expected.add(labels[i], OpenSet.answer(scores[i], 0.7));
    }
    Evaluation evaluation = Evaluation.of(all, TRAINING, Shots.USUAL, 0.7);
    assertThat(evaluation.samples()).isEqualTo(3);
    assertThat(evaluation.openSet()).contains(expected.result(0.7));
    assertThat(evaluation.openSet().orElseThrow().samples()).isEqualTo(2);
    Predictions known = Predictions.of(3);
    known.add(0, scores[0]);
    assertThat(Evaluation.of(known, TRAINING, Shots.USUAL).openSet()).isEmpty();
  }

  @Test
  void figuresWithoutSamplesAreZero() {
    for (OpenSet openSet :
        new OpenSet[] {
          openSet(), openSet(UNKNOWN, UNKNOWN), openSet(UNKNOWN, 1), openSet(1, UNKNOWN)
        }) {
      assertThat(openSet.precision()).isZero();
      assertThat(openSet.recall()).isZero();
      assertThat(openSet.fMeasure()).isZero();
      assertThat(openSet.knownAccuracy()).isZero();
      assertThat(openSet.accuracy(Shots.Group.MEDIUM)).isZero();
    }
    assertThat(openSet(1, 1).unknownAccuracy()).isZero();
  }

  @Test
  void refusesLabelsThatAreNeitherClassNorUnknown() {
    assertThatThrownBy(() -> openSet(3, 0)).hasMessageContaining("was 3");
    assertThatThrownBy(() -> openSet(-2, 0)).hasMessageContaining("was -2");
  }

  private static OpenSet openSet(int... labelsAndAnswers) {
    OpenSet openSet = OpenSet.of(TRAINING, Shots.USUAL);
    for (int i = 0; i < labelsAndAnswers.length; i += 2) {
      openSet.add(labelsAndAnswers[i], labelsAndAnswers[i + 1]);
    }
    return openSet;
  }
}
