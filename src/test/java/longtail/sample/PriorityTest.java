package longtail.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.config.Yaml;
import longtail.dataset.ClassCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PriorityTest {
  // class 0: rows 0 to 5, class 1: rows 6 to 8, class 2: row 9
  private static final Population POPULATION =
      Population.of(new int[] {0, 0, 0, 0, 0, 0, 1, 1, 1, 2}, 3, 10);
  private static final ManualWeights HALF = manual(Optional.of(0.5));

  @Test
  void theTreeDrawsItemsByTheirWeights() {
    SplittableRandom random = RandomStreams.of(1);
    double[] weights = {1, 0, 3, 2, 0, 4, 0.5};
    PriorityTree tree = PriorityTree.of(new double[weights.length]);
    for (int item = 0; item < weights.length; item++) {
      tree.set(item, weights[item]);
    }
    assertThat(tree.weights()).isEqualTo(weights);
    assertThat(tree.total()).isEqualTo(10.5);
    int[] drawn = new int[weights.length];
    int draws = 21_000;
    for (int i = 0; i < draws; i++) {
      drawn[tree.find(random.nextDouble() * tree.total())]++;
    }
    for (int item = 0; item < weights.length; item++) {
      double p = weights[item] / 10.5;
      assertThat(drawn[item] / (double) draws)
          .isCloseTo(p, within(5 * Math.sqrt(p * (1 - p) / draws)));
    }
  }

  @Test
  void whatWeighsNothingIsNeverDrawnNotEvenByRounding() {
    PriorityTree tree = PriorityTree.of(0.1, 0.2, 0, 0);
    tree.set(0, 0.3);
    tree.set(0, 0.1);
    assertThat(tree.find(Math.nextUp(tree.total()))).isBetween(0, 1);
    assertThat(tree.total()).isEqualTo(0.1 + 0.2);
  }

  @Test
  void theTreeRefusesWhatIsNoWeight() {
    PriorityTree tree = PriorityTree.of(1, 2);
    assertThatThrownBy(() -> tree.set(1, -1))
        .hasMessageContaining("item 1")
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> tree.set(0, Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> tree.set(2, 1)).hasMessageContaining("[0, 2)");
  }

  @Test
  void manualWeightsGoFromTheImagesToBalanced() {
    ClassCounts counts = POPULATION.counts();
    ManualWeights shifting = manual(Optional.empty());
    assertThat(shifting.ofClasses(counts, 0, 5)).containsExactly(6, 3, 1);
    assertThat(shifting.ofClasses(counts, 4, 5))
        .containsExactly(new double[] {10 / 3.0, 10 / 3.0, 10 / 3.0}, within(1e-12));
    assertThat(shifting.ofClasses(counts, 9, 5)).isEqualTo(shifting.ofClasses(counts, 4, 5));
    assertThat(new ClassPrioritySampler(shifting).classProbabilities(counts, 4, 5).orElseThrow())
        .containsExactly(new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0}, within(1e-12));
  }

  @Test
  void aRootOfTwoIsSquareRootSampling() {
    Sampler sampler =
        Yaml.read("s: {type: class-priority, weights: {lambda: 1, root: 2}}", "x.yaml", File.class)
            .s();
    double[] expected =
        new SquareRootSampler().classProbabilities(POPULATION.counts(), 0, 1).orElseThrow();
    assertThat(sampler.classProbabilities(POPULATION.counts(), 0, 1).orElseThrow())
        .containsExactly(expected, within(1e-12));
  }

  @Test
  void easyImagesMakeTheirClassLighterAndTheSumStaysThatOfTheImages() {
    ClassPriority priority = ClassPriority.of(options(HALF, 1, 0.3), POPULATION, 10);
    double[] before = priority.weights();
    SplittableRandom random = RandomStreams.of(2);
    for (int step = 0; step < 200; step++) {
      priority.update(random.ints(4, 0, 6).toArray(), random.doubles(4, 0, 0.2).toArray());
    }
    double[] after = priority.weights();
    assertThat(after[0]).isLessThan(before[0] - 4);
    assertThat(after[1]).isEqualTo(before[1]);
    double[] hardness = priority.hardness();
    double ofClass = Arrays.stream(hardness, 0, 6).sum();
    assertThat(after[0] - priority.fixed()[0]).isCloseTo(ofClass, within(1e-9));
  }

  @Test
  void anImageThatComesTwiceCountsByItsLastPlace() {
    ClassPriority twice = ClassPriority.of(options(HALF, 1, 0), POPULATION, 10);
    ClassPriority once = ClassPriority.of(options(HALF, 1, 0), POPULATION, 10);
    twice.update(new int[] {7, 2, 7}, 0.9, 0.4, 0.1);
    once.update(new int[] {2, 7}, 0.4, 0.1);
    assertThat(twice.weights()).containsExactly(once.weights(), within(1e-12));
  }

  @Test
  void withoutAManualPartTheRatioBalancesTheHardness() {
    ClassPriority priority =
        ClassPriority.of(options(manual(Optional.of(1.0)), -1, 0), POPULATION, 10);
    assertThat(priority.fixed()).containsOnly(0);
    assertThat(priority.weights())
        .containsExactly(new double[] {10 / 3.0, 10 / 3.0, 10 / 3.0}, within(1e-12));
    assertThat(priority.draw(0)).isBetween(0, 2);
  }

  @Test
  void validationCountsByTheMeanOfEachClass() {
    ClassPriority priority = ClassPriority.of(options(HALF, 0, 0), POPULATION, 10);
    priority.validated(new int[] {0, 0, 2}, 0.2, 0.4, 7);
    assertThat(priority.weights()).containsExactly(new double[] {6 * 0.3, 3, 1}, within(1e-12));
  }

  @Test
  void imagePrioritiesFollowTheHardnessOfEachImage() {
    MixedPriority priority = MixedPriority.of(options(HALF, 1, 0), POPULATION, 10);
    double[] before = priority.weights();
    priority.update(new int[] {3, 9}, 0.25, 5);
    double[] after = priority.weights();
    assertThat(before[3] - after[3]).isCloseTo(0.75, within(1e-12));
    assertThat(after[9]).isCloseTo(before[9], within(1e-12));
    assertThat(priority.draw(0.999999)).isBetween(0, 9);
    assertThatThrownBy(() -> MixedPriority.of(options(HALF, -1, 0), POPULATION, 10))
        .hasMessageContaining("fixed-scale");
  }

  @ParameterizedTest
  @EnumSource(PriorityOptions.Rescaling.class)
  void imagePrioritiesGoOnWhereTheyWere(PriorityOptions.Rescaling rescaling) {
    PriorityOptions options =
        new PriorityOptions(
            manual(Optional.empty()),
            Hardness.ENTROPY,
            0.5,
            rescaling,
            2,
            0,
            PriorityOptions.Repeats.ONCE);
    MixedPriority priority = MixedPriority.of(options, POPULATION, 5);
    priority.update(new int[] {3, 9}, 0.25, 50);
    priority.epochFinished(1);
    priority.update(new int[] {3, 0}, 2, 1);
    MixedPriority resumed = MixedPriority.of(options, POPULATION, 5);
    double manualSum = Arrays.stream(priority.fixed()).sum();
    resumed.resume(1, manualSum, Map.of(3, 2.0, 9, 50.0, 0, 1.0));
    assertThat(resumed.weights()).containsExactly(priority.weights(), within(1e-9));
  }

  @Test
  void optionsThatExcludeEachOtherAreRefused() {
    assertThatThrownBy(
            () -> Yaml.read("{manual: {root-decay: exp}}", "x.yaml", PriorityOptions.class))
        .hasMessageContaining("hardness");
    assertThatThrownBy(() -> Yaml.read("{root-decay: autoexp}", "x.yaml", ManualWeights.class))
        .hasMessageContaining("root");
    assertThatThrownBy(() -> Yaml.read("{lambda: 1.5}", "x.yaml", ManualWeights.class))
        .hasMessageContaining("1.5");
  }

  private record File(Sampler s) {}

  private static ManualWeights manual(Optional<Double> lambda) {
    return new ManualWeights(
        1, lambda, ManualWeights.Shift.LINEAR, Optional.empty(), ManualWeights.RootDecay.NONE, 30);
  }

  private static PriorityOptions options(ManualWeights manual, double scale, double momentum) {
    return new PriorityOptions(
        manual,
        Hardness.SCORE,
        scale,
        PriorityOptions.Rescaling.ONCE,
        1,
        momentum,
        PriorityOptions.Repeats.ONCE);
  }
}
