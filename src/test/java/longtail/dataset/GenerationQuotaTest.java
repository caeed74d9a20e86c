package longtail.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GenerationQuotaTest {
  private static final ClassCounts COUNTS = ClassCounts.of(90, 0, 30, 7, 2);

  @Test
  void allClassesWithImagesGetEquallyLarge() {
    assertThat(GenerationQuota.levelling().of(COUNTS)).containsExactly(2, 0, 62, 85, 90);
  }

  @Test
  void aThresholdSparesLargeClassesAndLimitsTheOthers() {
    assertThat(GenerationQuota.below(30).of(COUNTS)).containsExactly(0, 0, 0, 30, 30);
    assertThat(GenerationQuota.below(88).of(COUNTS)).containsExactly(0, 0, 62, 85, 88);
    assertThat(GenerationQuota.below(0).of(COUNTS)).containsOnly(0);
    assertThatThrownBy(() -> GenerationQuota.below(-1)).hasMessageContaining("-1");
  }

  @Test
  void wordsTellTheRule() {
    assertThat(GenerationQuota.levelling()).hasToString("levelling");
    assertThat(GenerationQuota.below(100)).hasToString("below 100");
  }
}
