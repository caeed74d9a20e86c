package longtail.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import org.junit.jupiter.api.Test;

class WeightedAccuracyTest {
  private static final ClassCounts TRAINING = ClassCounts.of(500, 101, 100, 20, 19, 1);

  @Test
  void equalWeightsGiveThePlainFigures() {
    SplittableRandom random = RandomStreams.of(7);
    Predictions predictions = Predictions.of(6);
    WeightedAccuracy accuracy = WeightedAccuracy.of(TRAINING, Shots.USUAL);
    for (int i = 0; i < 60; i++) {
      int label = random.nextInt(6);
      int answer = random.nextInt(6);
      predictions.add(label, answer, label == answer ? 0 : 1);
      accuracy.add(label, answer, 0.25);
    }
    Evaluation plain = Evaluation.of(predictions, TRAINING, Shots.USUAL);
    assertThat(accuracy.overall()).hasValueCloseTo(plain.top1(), within(1e-15));
    for (Shots.Group group : Shots.Group.values()) {
      assertThat(accuracy.ofGroup(group)).hasValueCloseTo(plain.accuracy(group), within(1e-15));
    }
    for (ClassResult result : plain.classes()) {
      assertThat(accuracy.ofClass(result.label()))
          .hasValueCloseTo(result.accuracy(), within(1e-15));
    }
  }

  @Test
  void figuresWithoutWeightAreEmpty() {
    WeightedAccuracy accuracy = WeightedAccuracy.of(TRAINING, Shots.USUAL);
    accuracy.add(0, 0, 0);
    assertThat(accuracy.overall()).isEmpty();
    assertThat(accuracy.ofClass(0)).isEmpty();
    assertThat(accuracy.ofGroup(Shots.Group.MANY)).isEmpty();
    accuracy.add(1, 0, 2);
    assertThat(accuracy.ofGroup(Shots.Group.MANY)).as("of class 1 alone").hasValue(0);
    assertThat(accuracy.ofGroup(Shots.Group.FEW)).isEmpty();
  }

  @Test
  void aMixedSampleIsRightByTheShareOfTheAnsweredLabel() {
    WeightedAccuracy accuracy = WeightedAccuracy.of(TRAINING, Shots.USUAL);
    accuracy.addMixed(0, 5, 0.75, 0);
    assertThat(accuracy.overall()).hasValue(0.75);
    accuracy.addMixed(0, 5, 0.75, 5);
    assertThat(accuracy.overall()).hasValue(0.5);
    accuracy.addMixed(2, 2, 0.75, 2);
    assertThat(accuracy.overall()).hasValueCloseTo(2.0 / 3, within(1e-15));
  }

  @Test
  void refusesWhatIsNoLabelWeightOrShare() {
    WeightedAccuracy accuracy = WeightedAccuracy.of(TRAINING, Shots.USUAL);
    assertThatThrownBy(() -> accuracy.add(-1, 0, 1)).hasMessageContaining("[0, 6)");
    assertThatThrownBy(() -> accuracy.add(0, 0, Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> accuracy.addMixed(0, 1, 1.5, 0)).hasMessageContaining("1.5");
  }

  @Test
  void plainAndMixedTrainingSamplesCountAlike() {
    TrainingAccuracy training = TrainingAccuracy.of(TRAINING, Shots.USUAL);
    assertThat(training.overall()).as("without samples").isZero();
    assertThat(training.accuracy(Shots.Group.FEW)).as("without samples").isZero();
    training.add(0, 0);
    training.add(3, 3);
    training.add(4, 0);
    assertThat(training.overall()).isCloseTo(2.0 / 3, within(1e-15));
    assertThat(training.accuracy(Shots.Group.MANY)).isEqualTo(1);
    training.addMixed(0, 3, 0.5, 1);
    assertThat(training.overall()).isEqualTo(0.5);
    assertThat(training.accuracy(Shots.Group.MANY)).isEqualTo(0.75);
    assertThat(training.accuracy(Shots.Group.FEW)).as("in no mixed sample").isNaN();
  }

  @Test
  void runningMeansCountSamples() {
    RunningMean mean = new RunningMean();
    assertThat(mean.mean()).as("without samples").isZero();
    mean.add(1, 3);
    mean.add(5, 1);
    assertThat(mean.mean()).isEqualTo(2);
    mean.add(Double.NaN, 0);
    assertThat(mean.mean()).as("an empty batch has no mean").isEqualTo(2);
    assertThat(mean.count()).isEqualTo(4);
    assertThat(mean.sum()).isEqualTo(8);
    assertThatThrownBy(() -> mean.add(1, -1)).hasMessageContaining("-1");
  }
}
