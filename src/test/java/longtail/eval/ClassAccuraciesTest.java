package longtail.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.dataset.Shots;
import longtail.eval.TestDistribution.Direction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassAccuraciesTest {
  @Test
  void theMeansOfThreeClasses() {
    ClassAccuracies three = of(result(0, 300, 8, 8), result(1, 20, 8, 4), result(2, 3, 8, 2));
    assertThat(three.mean()).isCloseTo(1.75 / 3, within(1e-15));
    assertThat(three.harmonicMean()).isCloseTo(3 / (1 + 2 + 4.0), within(1e-15));
    assertThat(three.geometricMean()).isCloseTo(0.5, within(1e-15));
    assertThat(three.worst()).map(ClassResult::label).contains(2);
    assertThat(three.neverRecognised()).isZero();
  }

  @Test
  void theHarmonicIsNotAboveTheGeometricNorThatAboveTheArithmeticMean() {
    SplittableRandom random = RandomStreams.of(11);
    for (int trial = 0; trial < 50; trial++) {
      ClassAccuracies classes = random(random, random.nextInt(2, 40));
      assertThat(classes.harmonicMean()).isLessThanOrEqualTo(classes.geometricMean() + 1e-15);
      assertThat(classes.geometricMean()).isLessThanOrEqualTo(classes.mean() + 1e-15);
      assertThat(classes.worst().orElseThrow().accuracy())
          .isLessThanOrEqualTo(classes.harmonicMean() + 1e-15);
    }
  }

  @Test
  void aClassThatIsNeverRecognisedMakesThemZero() {
    ClassAccuracies classes = of(result(0, 9, 10, 10), result(1, 5, 10, 0));
    assertThat(classes.harmonicMean()).isZero();
    assertThat(classes.geometricMean()).isZero();
    assertThat(classes.worst()).map(ClassResult::label).contains(1);
    assertThat(classes.neverRecognised()).isEqualTo(1);
  }

  @Test
  void classesWithoutTestImagesAreLeftOut() {
    ClassAccuracies with =
        of(result(0, 9, 4, 4), result(1, 7, 0, 0), result(2, 5, 4, 1), result(3, 1, 0, 0));
    ClassAccuracies without = of(result(0, 9, 4, 4), result(2, 5, 4, 1));
    assertThat(with.tested()).isEqualTo(2);
    assertThat(with.neverRecognised()).isZero();
    assertThat(with.harmonicMean()).isEqualTo(without.harmonicMean());
    assertThat(with.geometricMean()).isEqualTo(without.geometricMean());
    assertThat(with.worst()).isEqualTo(without.worst());
    assertThat(with.under(TestDistribution.UNIFORM)).isCloseTo(with.mean(), within(1e-15));
    ClassAccuracies none = of(result(0, 9, 0, 0));
    assertThat(none.worst()).isEmpty();
    assertThat(none.mean() + none.harmonicMean() + none.geometricMean()).isZero();
    assertThat(none.under(TestDistribution.UNIFORM)).isZero();
  }

  @Test
  void sharesFallFromOneToTheInverseOfTheRatio() {
    assertThat(new TestDistribution(Direction.FORWARD, 4).shares(3))
        .containsExactly(new double[] {1, 0.5, 0.25}, within(1e-15));
    assertThat(new TestDistribution(Direction.BACKWARD, 4).shares(3))
        .containsExactly(new double[] {0.25, 0.5, 1}, within(1e-15));
    assertThat(new TestDistribution(Direction.BACKWARD, 50).shares(1)).containsExactly(1);
    assertThat(TestDistribution.ALL).hasSize(11).contains(TestDistribution.UNIFORM);
  }

  @ParameterizedTest
  @EnumSource
  void withRatioOneEveryDirectionIsTheMeanOfTheClasses(Direction direction) {
    ClassAccuracies classes = random(RandomStreams.of(12), 17);
    assertThat(classes.under(new TestDistribution(direction, 1)))
        .isCloseTo(classes.mean(), within(1e-15));
  }

  @ParameterizedTest
  @ValueSource(doubles = {2, 10, 50})
  void forwardOnEquallySkewedTrainingDataIsTheAccuracyOnItsShares(double ratio) {
    SplittableRandom random = RandomStreams.of(13);
    int classes = 21;
    List<ClassResult> results = new ArrayList<>();
    double right = 0;
    double all = 0;
    for (int c = 0; c < classes; c++) {
      int training = (int) Math.round(1e8 * Math.pow(ratio, -c / (classes - 1.0)));
      ClassResult result = result(c, training, 10, random.nextInt(11));
      results.add(result);
      right += training * result.accuracy();
      all += training;
    }
    assertThat(new ClassAccuracies(results).under(new TestDistribution(Direction.FORWARD, ratio)))
        .isCloseTo(right / all, within(1e-7));
  }

  @Test
  void backwardIsForwardWithTheTrainingCountsTurnedRound() {
    ClassAccuracies classes = random(RandomStreams.of(14), 12);
    List<ClassResult> turned =
        classes.classes().stream()
            .map(c -> result(c.label(), 2000 - c.training(), c.test(), c.correct()))
            .toList();
    assertThat(classes.under(new TestDistribution(Direction.BACKWARD, 25)))
        .isCloseTo(
            new ClassAccuracies(turned).under(new TestDistribution(Direction.FORWARD, 25)),
            within(1e-15));
  }

  @Test
  void aModelThatKnowsTheHeadAloneLosesFromForwardToBackward() {
    ClassAccuracies head = of(result(0, 1, 10, 1), result(1, 1000, 10, 9), result(2, 50, 10, 5));
    double[] accuracies = TestDistribution.ALL.stream().mapToDouble(head::under).toArray();
    double[] falling = Arrays.stream(accuracies).map(a -> -a).sorted().map(a -> -a).toArray();
    assertThat(accuracies).containsExactly(falling);
  }

  @Test
  void otherRatiosAreRefused() {
    assertThatThrownBy(() -> new TestDistribution(Direction.FORWARD, 0.5))
        .hasMessageContaining("at least 1, was 0.5");
    assertThatThrownBy(() -> new TestDistribution(Direction.UNIFORM, 2))
        .hasMessageContaining("must be 1, was 2.0");
  }

  /** Classes of which each has another number of training images. */
  private static ClassAccuracies random(SplittableRandom random, int classes) {
    return of(
        IntStream.range(0, classes)
            .mapToObj(c -> result(c, 1 + (c * 37 + 5) % 1009, 20, random.nextInt(1, 21)))
            .toArray(ClassResult[]::new));
  }

  private static ClassAccuracies of(ClassResult... classes) {
    return new ClassAccuracies(List.of(classes));
  }

  private static ClassResult result(int label, int training, int test, int correct) {
    return new ClassResult(label, Shots.USUAL.of(training), training, test, correct);
  }
}
