package longtail.method.priority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.method.Contribution;
import longtail.sample.Hardness;
import longtail.sample.ManualWeights;
import longtail.sample.MixedPriority;
import longtail.sample.Population;
import longtail.sample.PriorityOptions;
import longtail.sample.PriorityOptions.Rescaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ImagePrioritiesTest {
  private static final int EPOCHS = 4;
  private static final int[] LABELS = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2};
  private static final Population POPULATION = Population.of(LABELS, 3, LABELS.length);

  @ParameterizedTest
  @EnumSource(Rescaling.class)
  void oneWorkerThatMergesAfterEveryStepHasThePrioritiesOfOneProcess(Rescaling rescaling) {
    ImagePriorities method = new ImagePriorities(options(Hardness.ENTROPY, rescaling, 1, 0));
    MixedPriority whole = MixedPriority.of(method.priority(), POPULATION, EPOCHS);
    SplittableRandom random = RandomStreams.of(5);
    ImagePriorityState priority =
        ImagePriorityState.of(method.priority(), POPULATION, EPOCHS, new byte[0]);
    for (int step = 0; step < 3 * EPOCHS; step++) {
      assertThat(priority.weights()).containsExactly(whole.weights(), within(1e-9));
      int[] rows = random.ints(4, 0, LABELS.length).toArray();
      double[] hardness = random.doubles(4, 0, 9).toArray();
      whole.update(rows, hardness);
      RoundHardness findings = new RoundHardness(priority.epochs(), priority.manualSum());
      findings.add(step, rows, hardness);
      if (step % 3 == 2) {
        int finished = priority.epochs() + 1;
        whole.epochFinished(finished);
        priority.endEpoch(finished);
        findings = findings.after(finished, priority.manualSum());
      }
      priority.merge(List.of(new Contribution(findings.bytes(), 4)));
    }
  }

  @Test
  void aRoundUnitesWhatWorkersFoundInAnyOrder() {
    List<RoundHardness> parts = new ArrayList<>();
    for (int worker = 0; worker < 3; worker++) {
      RoundHardness findings = new RoundHardness(1, 7);
      findings.add(2, new int[] {worker, worker + 3}, 0.1, 0.2);
      findings.add(3, new int[] {worker}, 0.3);
      parts.add(findings);
    }
    ImagePriorityState.Snapshot merged = ImagePriorityState.Snapshot.of(new byte[0]).after(parts);
    List<RoundHardness> others = List.of(parts.get(2), parts.get(0), parts.get(1));
    assertThat(ImagePriorityState.Snapshot.of(new byte[0]).after(others)).isEqualTo(merged);
    assertThat(merged.images())
        .containsOnlyKeys(0, 1, 2, 3, 4, 5)
        .containsEntry(0, 0.3)
        .containsEntry(5, 0.2);
    assertThat(merged.bytes()).hasSize(16 + 12 * 6);
  }

  @Test
  void classesAreDrawnByTheSumOverTheirImages() {
    PriorityOptions options = options(Hardness.SCORE, Rescaling.ONCE, 0, 0);
    assertThat(ImagePriorityState.of(options, POPULATION, EPOCHS, new byte[0]).classProbabilities())
        .containsExactly(new double[] {0.6, 0.3, 0.1}, within(1e-12));
  }

  @Test
  void whatOnlyClassesHaveIsRefused() {
    assertThatThrownBy(() -> new ImagePriorities(options(Hardness.NONE, Rescaling.ONCE, 1, 0)))
        .hasMessageContaining("class-priority");
    assertThatThrownBy(() -> new ImagePriorities(options(Hardness.SCORE, Rescaling.ONCE, -1, 0)))
        .hasMessageContaining("fixed-scale");
    assertThatThrownBy(() -> new ImagePriorities(options(Hardness.SCORE, Rescaling.ONCE, 1, 0.3)))
        .hasMessageContaining("momentum");
  }

  private static PriorityOptions options(
      Hardness hardness, Rescaling rescaling, double fixedScale, double momentum) {
    ManualWeights manual =
        new ManualWeights(
            1,
            Optional.empty(),
            ManualWeights.Shift.LINEAR,
            Optional.empty(),
            ManualWeights.RootDecay.NONE,
            30);
    return new PriorityOptions(
        manual, hardness, fixedScale, rescaling, 1, momentum, PriorityOptions.Repeats.ONCE);
  }
}
