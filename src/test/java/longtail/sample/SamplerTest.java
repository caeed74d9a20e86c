package longtail.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import longtail.LongTailException;
import longtail.config.Yaml;
import longtail.dataset.ClassCounts;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final ClassCounts COUNTS = ClassCounts.of(64, 16, 0, 4, 1);

  @Test
  void everyDrawingSamplerGivesProbabilitiesThatLeaveOutEmptyClasses() {
    Sampler[] samplers = {
      new ClassBalancedSampler(),
      new SquareRootSampler(),
      new ProgressiveSampler(),
      new ReverseSampler(),
      new PowerWeightedSampler(0.7),
      new ClassAwareSampler(2)
    };
    for (Sampler sampler : samplers) {
      double[] probabilities = probabilities(sampler, 1, 3);
      assertThat(Arrays.stream(probabilities).sum()).isCloseTo(1, within(1e-12));
      assertThat(probabilities[2]).isZero();
    }
  }

  @Test
  void squareRootIsInProportionToTheRoot() {
    assertThat(probabilities(new SquareRootSampler(), 0, 1))
        .containsExactly(new double[] {8 / 15.0, 4 / 15.0, 0, 2 / 15.0, 1 / 15.0}, within(1e-15));
  }

  @Test
  void reverseIsInInverseProportion() {
    assertThat(probabilities(new ReverseSampler(), 0, 1))
        .containsExactly(new double[] {1 / 85.0, 4 / 85.0, 0, 16 / 85.0, 64 / 85.0}, within(1e-15));
  }

  @Test
  void powersGoFromInstanceByClassBalancedToReverse() {
    assertThat(probabilities(new PowerWeightedSampler(0), 0, 1))
        .containsExactly(new double[] {64 / 85.0, 16 / 85.0, 0, 4 / 85.0, 1 / 85.0}, within(1e-15));
    same(new PowerWeightedSampler(0.5), new SquareRootSampler());
    same(new PowerWeightedSampler(1), new ClassBalancedSampler());
    same(new PowerWeightedSampler(2), new ReverseSampler());
  }

  @Test
  void progressiveGoesFromNearInstanceToClassBalanced() {
    Sampler progressive = new ProgressiveSampler();
    assertThat(probabilities(progressive, 0, 4)[0])
        .isCloseTo(0.25 * 0.25 + 0.75 * 64 / 85, within(1e-15));
    assertThat(probabilities(progressive, 3, 4))
        .containsExactly(new double[] {0.25, 0.25, 0, 0.25, 0.25}, within(1e-15));
  }

  @Test
  void deferredIsInstanceSamplingUntilItsStartAndKeepsTheCountOfEpochs() {
    Sampler deferred = new DeferredSampler(2, new ProgressiveSampler());
    assertThat(deferred.classProbabilities(COUNTS, 1, 4)).isEmpty();
    assertThat(probabilities(deferred, 2, 4))
        .isEqualTo(probabilities(new ProgressiveSampler(), 2, 4));
  }

  @Test
  void samplersAreNamedInTheExperimentFile() {
    assertThat(read("square-root")).isEqualTo(new SquareRootSampler());
    assertThat(read("{type: power-weighted, exponent: 0.3}"))
        .isEqualTo(new PowerWeightedSampler(0.3));
    assertThat(read("{type: class-aware, per-class: 2}")).isEqualTo(new ClassAwareSampler(2));
    assertThat(read("{type: deferred, start-epoch: 160}"))
        .isEqualTo(new DeferredSampler(160, new ClassBalancedSampler()));
    assertThat(read("{type: deferred, start-epoch: 3, then: {type: reverse}}"))
        .isEqualTo(new DeferredSampler(3, new ReverseSampler()));
  }

  @Test
  void impossibleOptionsAreRefused() {
    assertThatThrownBy(() -> read("{type: power-weighted, exponent: -1}"))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> read("{type: class-aware, per-class: 0}"))
        .isInstanceOf(LongTailException.class);
    assertThatThrownBy(
            () -> read("{type: deferred, start-epoch: 1, then: {type: deferred, start-epoch: 2}}"))
        .isInstanceOf(LongTailException.class);
  }

  @Test
  void cumulativeWeightsAreDrawnByTheFirstSumAboveTheDraw() {
    CumulativeWeights weights = CumulativeWeights.of(0, 2, 0, 0, 1, 1);
    assertThat(weights.at(0)).isEqualTo(1);
    assertThat(weights.at(0.499)).isEqualTo(1);
    assertThat(weights.at(0.5)).isEqualTo(4);
    assertThat(weights.at(0.75)).isEqualTo(5);
    assertThat(weights.at(Math.nextDown(1.0))).isEqualTo(5);
  }

  private static void same(Sampler a, Sampler b) {
    assertThat(probabilities(a, 0, 1)).containsExactly(probabilities(b, 0, 1), within(1e-15));
  }

  private static double[] probabilities(Sampler sampler, int epoch, int epochs) {
    return sampler.classProbabilities(COUNTS, epoch, epochs).orElseThrow();
  }

  private record File(Sampler sampler) {}

  private static Sampler read(String sampler) {
    return Yaml.read("sampler: " + sampler, "test.yaml", File.class).sampler();
  }
}
