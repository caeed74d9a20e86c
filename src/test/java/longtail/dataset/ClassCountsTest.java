package longtail.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ClassCountsTest {

  @Test
  void countsLabels() {
    ClassCounts counts = ClassCounts.ofLabels(new int[] {0, 2, 2, 0, 0}, 4);

    assertThat(counts.toArray()).containsExactly(3, 0, 2, 0);
    assertThat(counts.total()).isEqualTo(5);
    assertThat(counts.max()).isEqualTo(3);
    assertThat(counts.min()).isZero();
    assertThat(counts.imbalanceFactor()).isInfinite();
    assertThat(counts).hasToString("4 classes, 5 images, 3 to 0 per class");
  }

  @Test
  void refusesLabelsOutOfRange() {
    assertThatThrownBy(() -> ClassCounts.ofLabels(new int[] {0, 4}, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be in [0, 4), one was 4");
    assertThatThrownBy(() -> ClassCounts.of(3, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("class 1 must not be negative");
  }

  @Test
  void doesNotShareItsArray() {
    int[] n = {3, 4};
    ClassCounts counts = ClassCounts.of(n);
    n[0] = 9;
    counts.toArray()[1] = 9;

    assertThat(counts).isEqualTo(ClassCounts.of(3, 4));
  }

  @Test
  void manyMeansMoreThanAHundredAndFewLessThanTwenty() {
    assertThat(Shots.USUAL.of(101)).isEqualTo(Shots.Group.MANY);
    assertThat(Shots.USUAL.of(100)).isEqualTo(Shots.Group.MEDIUM);
    assertThat(Shots.USUAL.of(20)).isEqualTo(Shots.Group.MEDIUM);
    assertThat(Shots.USUAL.of(19)).isEqualTo(Shots.Group.FEW);
    assertThat(Shots.USUAL.of(0)).isEqualTo(Shots.Group.FEW);
  }

  @Test
  void thresholdsMustNotCross() {
    assertThat(new Shots(19, 20).of(20)).isEqualTo(Shots.Group.MANY);
    assertThatThrownBy(() -> new Shots(18, 20)).isInstanceOf(IllegalArgumentException.class);
  }
}
