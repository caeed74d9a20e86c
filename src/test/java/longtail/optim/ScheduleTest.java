package longtail.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.config.Yaml;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  @Test
  void constantNeverChanges() {
    assertThat(rates(new Constant(), 3)).containsExactly(1, 1, 1);
  }

  @Test
  void stepDropsEverySoManyEpochs() {
    assertThat(rates(new Step(2, 0.5, Counting.FROM_ZERO), 5))
        .containsExactly(1, 1, 0.5, 0.5, 0.25);
  }

  @Test
  void multistepDropsAtItsMilestones() {
    assertThat(rates(new Multistep(List.of(1, 3), 0.5, Counting.FROM_ZERO), 5))
        .containsExactly(1, 0.5, 0.5, 0.25, 0.25);
  }

  @Test
  void countingFromOneDropsAnEpochEarlier() {
    assertThat(rates(new Multistep(List.of(1, 3), 0.5, Counting.FROM_ONE), 4))
        .containsExactly(0.5, 0.5, 0.25, 0.25);
  }

  @Test
  void cosineBeginsAtTheBaseRateAndWouldEndAtTheMinimum() {
    Cosine cosine = new Cosine(0.2, Optional.empty(), Counting.FROM_ZERO);
    assertThat(cosine.rate(1, 0, 10)).isEqualTo(1);
    assertThat(cosine.rate(1, 5, 10)).isCloseTo(0.6, within(1e-15));
    assertThat(cosine.rate(1, 10, 10)).isCloseTo(0.2, within(1e-15));
  }

  @Test
  void aWarmupOfOneEpochHasTheFullRateAtOnceOrRisesWithinTheEpoch() {
    Schedule schedule = new WarmupCosine(1, 0.5, 0, WarmupCosine.Compat.NONE);
    assertThat(schedule.rate(0.4, Moment.ofEpoch(0, 4))).isEqualTo(0.4);
    assertThat(schedule.rate(0.4, Moment.ofEpoch(2, 4))).isCloseTo(0.2, within(1e-12));
    assertThat(schedule.rate(0.4, Moment.ofStep(0, 0, 11, 4))).isCloseTo(0.2, within(1e-12));
    assertThat(schedule.rate(0.4, Moment.ofStep(0, 5, 11, 4))).isCloseTo(0.3, within(1e-12));
    assertThat(schedule.rate(0.4, Moment.ofStep(0, 10, 11, 4))).isCloseTo(0.4, within(1e-12));
    assertThatThrownBy(() -> new WarmupCosine(1, 0.5, 0, WarmupCosine.Compat.GLMC))
        .hasMessageContaining("at least 2 with a compat");
  }

  @Test
  void warmupRisesToTheFullRate() {
    double[] multistep = rates(new WarmupMultistep(List.of(6), 0.1, 4, 0.5, Counting.FROM_ZERO), 7);
    assertThat(multistep)
        .containsExactly(new double[] {.5, .625, .75, .875, 1, 1, .1}, within(1e-15));
    double[] cosine = rates(new WarmupCosine(5, 0.2, 0, WarmupCosine.Compat.NONE), 9);
    assertThat(cosine[0]).isCloseTo(0.2, within(1e-15));
    assertThat(cosine[3]).isCloseTo(0.8, within(1e-15));
    assertThat(cosine[4]).isEqualTo(1);
    assertThat(IntStream.range(5, 9).allMatch(e -> cosine[e] < cosine[e - 1] && cosine[e] > 0))
        .isTrue();
  }

  @Test
  void aRunShorterThanItsWarmupOnlyRises() {
    for (WarmupCosine.Compat compat : WarmupCosine.Compat.values()) {
      for (double rate : rates(new WarmupCosine(10, 0.1, 0, compat), 4)) {
        assertThat(rate).isPositive().isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void schedulesAreNamedInTheExperimentFile() {
    assertThat(Yaml.read("{schedule: cosine}", "test", Named.class).schedule())
        .isEqualTo(new Cosine(0, Optional.empty(), Counting.FROM_ZERO));
    assertThat(
            Yaml.read(
                    "{schedule: {type: multistep, milestones: [160, 180], counting: from-one}}",
                    "test",
                    Named.class)
                .schedule())
        .isEqualTo(new Multistep(List.of(160, 180), 0.1, Counting.FROM_ONE));
    assertThatThrownBy(() -> Yaml.read("{schedule: {type: step, every: 0}}", "test", Named.class))
        .hasMessageContaining("every must be at least 1, was 0");
  }

  record Named(Schedule schedule) {}

  private static double[] rates(Schedule schedule, int epochs) {
    return IntStream.range(0, epochs).mapToDouble(e -> schedule.rate(1, e, epochs)).toArray();
  }

  @Test
  void aRateOfEveryStepIsTheSameFormulaOnFractionsOfAnEpoch() {
    Cosine cosine = new Cosine(0, Optional.empty(), Counting.FROM_ZERO);
    assertThat(cosine.rate(1, Moment.ofStep(1, 1, 2, 3))).isCloseTo(0.5, within(1e-15));
    Multistep multistep = new Multistep(List.of(1), 0.5, Counting.FROM_ONE);
    assertThat(multistep.rate(1, Moment.ofStep(0, 5, 7, 3))).isEqualTo(1);
    assertThat(multistep.rate(1, Moment.ofStep(0, 6, 7, 3))).isEqualTo(0.5);
  }

  @Test
  void anEpochOfOneStepHasTheRateOfTheEpoch() {
    for (Schedule schedule :
        List.of(
            new Step(2, 0.5, Counting.FROM_ONE),
            new WarmupMultistep(List.of(3), 0.1, 2, 0.3, Counting.FROM_ZERO),
            new WarmupCosine(3, 0.1, 0.01, WarmupCosine.Compat.GLMC))) {
      for (int epoch = 0; epoch < 6; epoch++) {
        assertThat(schedule.rate(2, Moment.ofStep(epoch, 0, 1, 6)))
            .isEqualTo(schedule.rate(2, epoch, 6));
      }
    }
  }

  @Test
  void warmingUpStepByStepRisesInEqualPartsToTheBaseRate() {
    WarmupCosine schedule = new WarmupCosine(2, 0, 0, WarmupCosine.Compat.NONE);
    for (int step = 0; step < 8; step++) {
      assertThat(schedule.rate(1, Moment.ofStep(step / 4, step % 4, 4, 9)))
          .isCloseTo(step / 7.0, within(1e-12));
    }
    assertThat(schedule.rate(1, Moment.ofStep(2, 0, 4, 9))).isLessThan(1);
  }
}
