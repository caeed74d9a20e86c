package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LifetimesTest {
  private final Lifetimes lifetimes = new Lifetimes();

  @Test
  void valuesThatLiveTogetherGetDifferentSlots() {
    int first = lifetimes.add(10, 0);
    int second = lifetimes.add(10, 1);
    lifetimes.read(first, 1);
    Lifetimes.Slots slots = lifetimes.assign();
    assertThat(slots.slotOf()[first]).isNotEqualTo(slots.slotOf()[second]);
  }

  @Test
  void aDeadValuesSlotIsTakenAgain() {
    int first = lifetimes.add(10, 0);
    int second = lifetimes.add(10, 1);
    lifetimes.read(first, 1);
    int third = lifetimes.add(10, 2);
    lifetimes.read(second, 2);
    Lifetimes.Slots slots = lifetimes.assign();
    assertThat(slots.slotOf()[third]).isEqualTo(slots.slotOf()[first]);
    assertThat(slots.lengths()).containsExactly(10, 10);
  }

  @Test
  void slotsHaveTheLengthOfTheirValues() {
    int small = lifetimes.add(5, 0);
    int large = lifetimes.add(50, 9);
    Lifetimes.Slots slots = lifetimes.assign();
    assertThat(slots.lengths()[slots.slotOf()[small]]).isEqualTo(5);
    assertThat(slots.lengths()[slots.slotOf()[large]]).isEqualTo(50);
  }
}
