package longtail.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import longtail.dataset.Shots.Group;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limits of many and few, and on which side of them their border lies. */
class ShotsTest {
  @Test
  void usuallyTheBordersAreMedium() {
    Shots usual = Shots.parse(">100,<20");
    assertThat(usual).isEqualTo(Shots.USUAL);
    assertThat(usual.of(101)).isEqualTo(Group.MANY);
    assertThat(usual.of(100)).isEqualTo(Group.MEDIUM);
    assertThat(usual.of(20)).isEqualTo(Group.MEDIUM);
    assertThat(usual.of(19)).isEqualTo(Group.FEW);
  }

  @Test
  void aBorderMayBelongToItsGroup() {
    Shots glmc = Shots.parse(">100,<=20");
    assertThat(glmc.of(21)).isEqualTo(Group.MEDIUM);
    assertThat(glmc.of(20)).isEqualTo(Group.FEW);
    assertThat(Shots.parse(">= 100, < 20").of(100)).isEqualTo(Group.MANY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"100,20", "<100,>20", ">100", ">100,<20,", ">-1,<2", ">99999999999,<2"})
  void otherTextIsRefused(String text) {
    assertThatThrownBy(() -> Shots.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(">100,<20")
        .hasMessageContaining(text);
  }

  @Test
  void fewMustLieBelowMany() {
    assertThatThrownBy(() -> Shots.parse(">10,<20")).hasMessageContaining("few-below");
  }
}
