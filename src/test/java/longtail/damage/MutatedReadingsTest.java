package longtail.damage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** The harness of mutated files sees a defect and mutations that miss. */
class MutatedReadingsTest {
  @Test
  void aDefectIsNoRefusal() {
    MutatedReadings readings = new MutatedReadings();
    assertThatThrownBy(
            () ->
                readings.mutate(
                    "nothing",
                    1,
                    new byte[100],
                    file -> {
                      throw new IllegalStateException("a defect");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("nothing, mutation 0");
    assertThatThrownBy(readings::close).isInstanceOf(AssertionError.class);
  }

  @Test
  void mutationsThatAreNeverRefusedMissTheReader() {
    MutatedReadings readings = new MutatedReadings();
    readings.mutate("all", 20, new byte[100], file -> {});
    assertThatThrownBy(readings::close).isInstanceOf(AssertionError.class);
  }
}
