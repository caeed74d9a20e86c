package longtail;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuantityTest {
  @Test
  void oneThingIsSingularAndAllOthersArePlural() {
    assertThat(Quantity.of(1, "image")).isEqualTo("1 image");
    assertThat(Quantity.of(0, "image")).isEqualTo("0 images");
    assertThat(Quantity.of(1, "class")).isEqualTo("1 class");
    assertThat(Quantity.of(3, "class")).isEqualTo("3 classes");
    assertThat(Quantity.of(2, "batch")).isEqualTo("2 batches");
    assertThat(Quantity.grouped(12406, "training image")).isEqualTo("12,406 training images");
    assertThat(Quantity.does(1, "image", "has", "have")).isEqualTo("1 image has");
    assertThat(Quantity.does(2, "image", "has", "have")).isEqualTo("2 images have");
  }
}
