package longtail.method.priority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import longtail.sample.Hardness;
import longtail.sample.ImageHardness;
import longtail.sample.ManualWeights;
import longtail.sample.PriorityOptions;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ClassPrioritiesTest {
  private static final Offset<Double> EXACT = Offset.offset(1e-15);
  private static final int IMAGES = 6;

  @Test
  void theFindingsOfAllWorkersAreTakenInStepByStep() {
    PriorityOptions options = options(Hardness.SCORE, 0.5);
    RoundHardness first = new RoundHardness(1, 7);
    // of an image that comes twice in a step, the last place counts
    first.add(10, new int[] {2, 0, 2}, 0.9, 0.4, 0.2);
    first.add(11, new int[] {2}, 0.1);
    RoundHardness second = new RoundHardness(1, 7);
    second.add(10, new int[] {5}, 0.3);
    second.add(12, new int[] {2}, 0.8);

    ClassPriorityState.Snapshot state = unseen(options).after(List.of(first, second));
    ImageHardness want = ImageHardness.unseen(options, IMAGES);
    want.take(2, 0.2);
    want.take(0, 0.4);
    want.take(2, 0.1);
    want.take(5, 0.3);
    want.take(2, 0.8);
    assertThat(state.epochs()).isEqualTo(1);
    assertThat(state.manualSum()).isEqualTo(7);
    assertThat(state.images().values()).containsExactly(want.values(), EXACT);
    assertThat(state.images().changes()).containsExactly(want.changes(), EXACT);
  }

  @Test
  void aRoundGoesOnFromTheOneBefore() {
    PriorityOptions options = options(Hardness.SCORE, 0);
    RoundHardness findings = new RoundHardness(0, 1);
    findings.add(0, new int[] {1}, 0.25);
    byte[] one = unseen(options).after(List.of(findings)).bytes();
    RoundHardness further = new RoundHardness(2, 3);
    further.add(1, new int[] {4}, 0.75);
    ClassPriorityState.Snapshot state =
        ClassPriorityState.Snapshot.of(options, one).after(List.of(further));
    assertThat(state.images().values()).containsExactly(1, 0.25, 1, 1, 0.75, 1);
    assertThat(state.epochs()).isEqualTo(2);
  }

  @Test
  void prioritiesWithoutHardnessAreASampler() {
    assertThatThrownBy(() -> new ClassPriorities(options(Hardness.NONE, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("class-priority");
  }

  private static ClassPriorityState.Snapshot unseen(PriorityOptions options) {
    return new ClassPriorityState.Snapshot(0, 1, ImageHardness.unseen(options, IMAGES));
  }

  private static PriorityOptions options(Hardness hardness, double momentum) {
    return new PriorityOptions(
        new ManualWeights(
            1,
            Optional.of(1.0),
            ManualWeights.Shift.LINEAR,
            Optional.empty(),
            ManualWeights.RootDecay.NONE,
            30),
        hardness,
        1,
        PriorityOptions.Rescaling.ONCE,
        1,
        momentum,
        PriorityOptions.Repeats.ONCE);
  }
}
