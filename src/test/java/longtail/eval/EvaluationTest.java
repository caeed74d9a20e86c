package longtail.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import org.junit.jupiter.api.Test;

class EvaluationTest {
  private static final ClassCounts TRAINING = ClassCounts.of(500, 101, 100, 20, 19, 1);
  private static final Shots SHOTS = new Shots(100, 20);

  @Test
  void groupsAreMeansOfClassAccuracies() {
    Predictions predictions =
        Predictions.of(
            6, new int[] {0, 0, 0, 0, 1, 2, 3, 3, 4, 5}, new int[] {0, 0, 0, 1, 0, 2, 3, 1, 0, 5});
    Evaluation evaluation = Evaluation.of(predictions, TRAINING, SHOTS);
    assertThat(evaluation.top1()).isEqualTo(0.6);
    assertThat(evaluation.many()).isCloseTo((0.75 + 0) / 2, within(1e-15));
    assertThat(evaluation.medium()).isCloseTo((1 + 0.5) / 2, within(1e-15));
    assertThat(evaluation.few()).isCloseTo((0 + 1.0) / 2, within(1e-15));
    assertThat(evaluation.meanClassAccuracy())
        .isCloseTo((0.75 + 0 + 1 + 0.5 + 0 + 1) / 6, within(1e-15));
  }

  @Test
  void classesWithoutTestImagesDoNotCount() {
    Evaluation evaluation =
        Evaluation.of(Predictions.of(6, new int[] {0, 0, 2}, new int[] {0, 3, 2}), TRAINING, SHOTS);
    assertThat(evaluation.meanClassAccuracy()).isEqualTo(0.75);
    assertThat(evaluation.many()).isEqualTo(0.5);
    assertThat(evaluation.few()).as("no tested class").isZero();
    assertThat(evaluation.classes().get(5).accuracy()).isNaN();
  }

  @Test
  void theOrderOfPartsDoesNotMatter() {
    SplittableRandom random = RandomStreams.of(3);
    Predictions first = randomPredictions(random, 40);
    Predictions second = randomPredictions(random, 25);
    Predictions forwards = Predictions.of(6);
    forwards.addAll(first);
    forwards.addAll(second);
    Predictions backwards = Predictions.of(6);
    backwards.addAll(second);
    backwards.addAll(first);
    Evaluation one = Evaluation.of(forwards, TRAINING, SHOTS);
    Evaluation other = Evaluation.of(backwards, TRAINING, SHOTS);
    assertThat(other.top5()).isEqualTo(one.top5());
    assertThat(other.classes()).isEqualTo(one.classes());
    assertThat(other.confusion().cells()).isEqualTo(one.confusion().cells());
    assertThat(other.negativeLogLikelihood()).isEqualTo(one.negativeLogLikelihood());
    assertThat(other.reliability()).isEqualTo(one.reliability());
    assertThat(one.confusion().accuracy()).isEqualTo(one.top1());
  }

  @Test
  void topFiveCountsClassesBeforeTheTrueOne() {
    Predictions predictions = Predictions.of(6);
    predictions.add(5, new float[] {6, 5, 4, 3, 1, 2});
    predictions.add(4, new float[] {6, 5, 4, 3, 1, 2});
    assertThat(predictions.topK(1)).isZero();
    assertThat(predictions.topK(5)).isEqualTo(0.5);
    assertThat(predictions.topK(6)).isEqualTo(1);
    assertThat(Evaluation.of(predictions, TRAINING, SHOTS).topK())
        .containsExactly(0.0, 0.0, 0.0, 0.0, 0.5, 1.0);
    assertThat(predictions.predicted(0)).isZero();
  }

  @Test
  void equalScoresPreferTheLowerClass() {
    float[] scores = {1, 3, 3, 0};
    assertThat(Ranking.best(scores)).isEqualTo(1);
    assertThat(Ranking.rank(scores, 2)).isEqualTo(1);
    assertThat(Ranking.top(scores, 3)).containsExactly(1, 2, 0);
    assertThat(Ranking.top(scores, 9)).hasSize(4);
  }

  @Test
  void confidenceIsASoftmaxProbability() {
    assertThat(Ranking.confidence(new float[] {1000, 1000})).isEqualTo(0.5);
    assertThat(Ranking.confidence(new float[] {0, (float) Math.log(3)}))
        .isCloseTo(0.75, within(1e-7));
  }

  @Test
  void theNegativeLogLikelihoodIsThatOfTheTrueClasses() {
    Predictions predictions = Predictions.of(3);
    predictions.add(1, new float[] {0, (float) Math.log(2), (float) Math.log(5)});
    predictions.add(2, new float[] {0, (float) Math.log(2), (float) Math.log(5)});
    assertThat(predictions.negativeLogLikelihood())
        .isCloseTo((Math.log(8 / 2.0) + Math.log(8 / 5.0)) / 2, within(1e-7));
    assertThat(Predictions.of(2, new int[] {0}, new int[] {0}).negativeLogLikelihood()).isNaN();
  }

  @Test
  void theNegativeLogLikelihoodIsFiniteForLargeLogits() {
    float[] scores = {1e4f, -1e4f, 1e4f};
    assertThat(Ranking.negativeLogLikelihood(scores, 0)).isCloseTo(Math.log(2), within(1e-12));
    assertThat(Ranking.negativeLogLikelihood(scores, 1)).isCloseTo(2e4 + Math.log(2), within(1e-8));
  }

  @Test
  void aDivergedModelIsNamed() {
    assertThatThrownBy(() -> Predictions.of(2).add(0, new float[] {1, Float.NaN}))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("diverged");
  }

  private static Predictions randomPredictions(SplittableRandom random, int size) {
    Predictions predictions = Predictions.of(6);
    for (int i = 0; i < size; i++) {
      float[] scores = new float[6];
      for (int c = 0; c < 6; c++) {
        scores[c] = (float) random.nextDouble();
      }
      predictions.add(random.nextInt(6), scores);
    }
    return predictions;
  }
}
