package longtail.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeatMapTest {
  @Test
  void theWeakestPlaceIsBlueAndTheStrongestRed() {
    RgbImage black = new RgbImage(4, 8, new byte[96]);
    RgbImage drawn = HeatMap.over(black, ActivationMap.of(1, 2, 0.1, 0.9));
    assertThat(dominant(drawn, 0, 0)).isEqualTo(2);
    assertThat(dominant(drawn, 0, 7)).isEqualTo(0);
    assertThat(dominant(HeatMap.over(black, ActivationMap.of(1, 3, 0, 0.5, 1)), 0, 4)).isEqualTo(1);
  }

  @Test
  void theImageShinesThrough() {
    byte[] pixels = new byte[3 * 16];
    pixels[0] = (byte) 200;
    RgbImage image = new RgbImage(4, 4, pixels);
    RgbImage drawn = HeatMap.over(image, ActivationMap.of(1, 1, 0.5));
    assertThat(drawn.sample(0, 0, 0) - drawn.sample(0, 1, 0)).isEqualTo(100);
    assertThat(image.pixels()[0]).as("left as it is").isEqualTo((byte) 200);
  }

  private static int dominant(RgbImage image, int row, int column) {
    return IntStream.range(0, 3)
        .reduce((a, b) -> image.sample(row, column, b) > image.sample(row, column, a) ? b : a)
        .orElseThrow();
  }
}
