package longtail.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BadLimitTest {
  @Test
  void aWholeNumberIsANumberOfImages() {
    assertThat(BadLimit.parse("10").among(1_000_000)).isEqualTo(10);
    assertThat(BadLimit.parse("0").among(50)).isZero();
    assertThat(BadLimit.parse("1").among(50)).isEqualTo(1);
  }

  @Test
  void aFractionOrAPercentageIsAShareOfTheImages() {
    assertThat(BadLimit.parse("1%").among(2_500)).isEqualTo(25);
    assertThat(BadLimit.parse("0.01").among(2_500)).isEqualTo(25);
    assertThat(BadLimit.parse("0.5 %").among(1_000)).isEqualTo(5);
    assertThat(BadLimit.parse("100%").among(7)).isEqualTo(7);
    assertThat(BadLimit.parse("1.0").among(7)).isEqualTo(7);
    assertThat(BadLimit.parse("10%").among(29)).as("rounded down").isEqualTo(2);
  }

  @Test
  void whatIsNeitherIsRefusedWithExamples() {
    for (String text : new String[] {"-1", "101%", "1.5", "many", "", "%", "1e-2", "9999999999"}) {
      assertThatThrownBy(() -> BadLimit.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("such as 1% or 0.01, was '" + text + "'");
    }
  }
}
