package longtail.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import longtail.dataset.ClassCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClassWeightsTest {
  private static final ClassCounts COUNTS = ClassCounts.of(500, 120, 30, 6, 1);
  private static final ClassCounts WITH_EMPTY = ClassCounts.of(0, 500, 120, 0, 30, 6, 1);

  @FunctionalInterface
  interface Figure {
    double[] of(ClassCounts counts);
  }

  static Stream<Figure> weights() {
    return Stream.of(
        counts -> ClassWeights.effectiveNumber(counts, 0),
        counts -> ClassWeights.effectiveNumber(counts, 0.9),
        counts -> ClassWeights.effectiveNumber(counts, 0.9999),
        counts -> ClassWeights.inversePower(counts, 0),
        counts -> ClassWeights.inversePower(counts, 0.5),
        counts -> ClassWeights.inversePower(counts, 2));
  }

  @ParameterizedTest
  @MethodSource("weights")
  void weightsHaveMeanOneAndRiseTowardsRareClasses(Figure weights) {
    double[] of = weights.of(COUNTS);
    assertThat(Arrays.stream(of).average().orElseThrow()).isCloseTo(1, within(1e-14));
    assertThat(of).isSorted();
  }

  @ParameterizedTest
  @MethodSource("weights")
  void aClassWithoutImagesWeighsNothingAndChangesNothing(Figure weights) {
    double[] without = weights.of(COUNTS);
    assertThat(weights.of(WITH_EMPTY))
        .containsExactly(
            new double[] {0, without[0], without[1], 0, without[2], without[3], without[4]},
            within(1e-15));
    assertThat(weights.of(ClassCounts.of(0, 0))).containsExactly(0, 0);
  }

  @Test
  void effectiveNumbersLieBetweenEqualAndInverseWeights() {
    assertThat(ClassWeights.effectiveNumber(COUNTS, 0)).containsOnly(1);
    assertThat(ClassWeights.inversePower(COUNTS, 1000)).as("no overflow").endsWith(5);
    double[] inverse = ClassWeights.inversePower(COUNTS, 1);
    double[] nearly = ClassWeights.effectiveNumber(COUNTS, Math.nextDown(1.0));
    assertThat(nearly).containsExactly(inverse, within(1e-12));
  }

  @Test
  void theRarestClassHasTheLargestMargin() {
    double[] margins = Margins.ldam(COUNTS, 0.5);
    assertThat(margins).isSorted().endsWith(0.5);
    assertThat(Margins.ldam(ClassCounts.of(16, 81, 1), 6)).containsExactly(3, 2, 6);
    assertThat(Margins.ldam(COUNTS, 0)).containsOnly(0);
  }

  @Test
  void aClassWithoutImagesHasNoMargin() {
    double[] without = Margins.ldam(COUNTS, 0.5);
    assertThat(Margins.ldam(WITH_EMPTY, 0.5))
        .containsExactly(0, without[0], without[1], 0, without[2], without[3], without[4]);
    assertThat(Margins.ldam(ClassCounts.of(0), 0.5)).containsExactly(0);
  }

  @Test
  void refusesParametersOutOfRange() {
    assertThatThrownBy(() -> ClassWeights.effectiveNumber(COUNTS, 1)).hasMessageContaining("1.0");
    assertThatThrownBy(() -> ClassWeights.inversePower(COUNTS, Double.NaN))
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> Margins.ldam(COUNTS, -1)).hasMessageContaining("-1.0");
  }
}
