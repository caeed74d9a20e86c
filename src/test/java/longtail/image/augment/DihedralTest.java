package longtail.image.augment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import longtail.image.RgbImage;
import org.junit.jupiter.api.Test;

/** All turns and mirror images of the square occur equally often. */
class DihedralTest {
  /** Rows of one digit per pixel. */
  private static RgbImage image(String... rows) {
    byte[] pixels = new byte[3 * rows.length * rows[0].length()];
    for (int y = 0; y < rows.length; y++) {
      for (int x = 0; x < rows[0].length(); x++) {
        for (int c = 0; c < 3; c++) {
          pixels[3 * (y * rows[0].length() + x) + c] = (byte) (10 * (rows[y].charAt(x) - '0') + c);
        }
      }
    }
    return new RgbImage(rows.length, rows[0].length(), pixels);
  }

  private static String text(RgbImage image) {
    StringBuilder text = new StringBuilder();
    byte[] pixels = image.pixels();
    for (int i = 0; i < pixels.length; i += 3) {
      assertThat(pixels[i + 1] - pixels[i]).isEqualTo(1);
      assertThat(pixels[i + 2] - pixels[i]).isEqualTo(2);
      text.append(i > 0 && i / 3 % image.width() == 0 ? "/" : "").append(pixels[i] / 10);
    }
    return text.toString();
  }

  @Test
  void theEightFormsOfASquareAreEquallyFrequent() {
    RgbImage image = image("12", "34");
    Map<String, Integer> seen = new TreeMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 8000; i++) {
      seen.merge(text(new Dihedral().apply(image, random)), 1, Integer::sum);
    }
    assertThat(seen.keySet())
        .containsExactly("12/34", "13/24", "21/43", "24/13", "31/42", "34/12", "42/31", "43/21");
    assertThat(seen.values()).allMatch(times -> times > 900 && times < 1100);
    assertThat(text(image)).isEqualTo("12/34");
  }

  @Test
  void aQuarterTurnExchangesHeightAndWidth() {
    RgbImage image = image("123", "456");
    Map<String, Integer> seen = new TreeMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 500; i++) {
      seen.merge(text(new Dihedral().apply(image, random)), 1, Integer::sum);
    }
    assertThat(seen).hasSize(8).containsKeys("123/456", "41/52/63", "654/321", "36/25/14");
  }
}
