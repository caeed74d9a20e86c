package longtail.image.augment.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.image.ActivationMap;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import org.junit.jupiter.api.Test;

class ForegroundTest {
  private static final int HEIGHT = 9;
  private static final int WIDTH = 11;

  /** An object of rows 2 to 4 and columns 5 to 8. */
  private static ActivationMap object() {
    double[] activations = new double[HEIGHT * WIDTH];
    for (int y = 2; y <= 4; y++) {
      Arrays.fill(activations, y * WIDTH + 5, y * WIDTH + 9, 3.5);
    }
    return ActivationMap.of(HEIGHT, WIDTH, activations);
  }

  @Test
  void activationsAreStretchedToTheWholeRange() {
    assertThat(ActivationMap.of(1, 4, -3, -1, 0, 1).levels())
        .containsExactly(0, (byte) 127, (byte) 191, (byte) 255);
  }

  @Test
  void withoutDifferencesEverythingIsForeground() {
    Foreground all = Foreground.of(ActivationMap.of(2, 3, 4, 4, 4, 4, 4, 4));
    assertThat(all.bounds(ObjectBounds.End.LAST)).isEqualTo(new ObjectBounds(0, 1, 0, 2));
    assertThat(all.object().levels()).containsOnly(255);
  }

  @Test
  void resizingKeepsWhatIsEvenAndInterpolatesBetweenCentres() {
    ActivationMap map = new ActivationMap(1, 2, new byte[] {0, 100});
    assertThat(map.resized(1, 2)).isEqualTo(map);
    assertThat(map.resized(2, 4).levels()).containsExactly(0, 25, 75, 100, 0, 25, 75, 100);
    assertThat(map.resized(1, 1).levels()).containsExactly(50);
    assertThat(map.mirrored().levels()).containsExactly(100, 0);
  }

  @Test
  void boundsEndWithTheObjectOrByAnOldSlipWithItsSecondRowAndColumn() {
    Foreground foreground = Foreground.of(object());
    assertThat(foreground.bounds(ObjectBounds.End.LAST)).isEqualTo(new ObjectBounds(2, 4, 5, 8));
    assertThat(foreground.bounds(ObjectBounds.End.SECOND)).isEqualTo(new ObjectBounds(2, 3, 5, 6));
    ActivationMap point = new ActivationMap(2, 2, new byte[] {0, 0, 9, 0});
    assertThat(ObjectBounds.of(point, ObjectBounds.End.SECOND))
        .isEqualTo(new ObjectBounds(1, -1, 0, -1));
    assertThat(ObjectBounds.of(point, ObjectBounds.End.LAST))
        .isEqualTo(new ObjectBounds(1, 1, 0, 0));
  }

  @Test
  void aShiftedObjectStaysWholeAndTheBackgroundBehind() {
    RgbImage image = TestImages.noise(HEIGHT, WIDTH, 3);
    Foreground foreground = Foreground.of(object());
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 200; round++) {
      ObjectMove move =
          ObjectOperator.TRANSLATE.draw(
              foreground.bounds(ObjectBounds.End.LAST), HEIGHT, WIDTH, random);
      ActivationMap moved = move.apply(foreground.object());
      assertThat(moved.mean()).isEqualTo(foreground.object().mean());
      RgbImage shifted = move.apply(image);
      RgbImage composed = foreground.compose(image, shifted, moved);
      for (int i = 0; i < HEIGHT * WIDTH; i++) {
        boolean replaced = moved.level(i) != 0 || foreground.object().level(i) != 0;
        for (int k = 3 * i; k < 3 * i + 3; k++) {
          boolean black = shifted.pixels()[k] == 0;
          byte expected = replaced && !black ? shifted.pixels()[k] : image.pixels()[k];
          assertThat(composed.pixels()[k]).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void movesThatChangeNothingGiveTheImageBack() {
    RgbImage image = TestImages.noise(HEIGHT, WIDTH, 5);
    ObjectBounds bounds = new ObjectBounds(2, 4, 5, 8);
    assertThat(new ObjectMove.RotateScale(bounds, 0, 100).apply(image)).isEqualTo(image);
    assertThat(new ObjectMove.Translate(0, 0).apply(image)).isEqualTo(image);
    ObjectMove flip = new ObjectMove.Flip();
    assertThat(flip.apply(flip.apply(image))).isEqualTo(image);
    assertThatThrownBy(() -> new ObjectMove.RotateScale(bounds, 3, 0)).hasMessageContaining("0");
  }

  @Test
  void scalingAboutTheCentreSpreadsTheObject() {
    Foreground foreground = Foreground.of(object());
    ObjectBounds bounds = foreground.bounds(ObjectBounds.End.LAST);
    ActivationMap larger = new ObjectMove.RotateScale(bounds, 0, 130).apply(foreground.object());
    ObjectBounds spread = ObjectBounds.of(larger, ObjectBounds.End.LAST);
    assertThat(spread.centreX()).isEqualTo(bounds.centreX());
    assertThat(spread.centreY()).isEqualTo(bounds.centreY());
    assertThat(larger.mean()).isGreaterThan(1.5 * foreground.object().mean());
  }

  @Test
  void operatorsAreEquallyLikelyAndDrawWithinTheirRanges() {
    SplittableRandom random = new SplittableRandom(8);
    Map<ObjectOperator, Integer> drawn = new EnumMap<>(ObjectOperator.class);
    ObjectBounds bounds = new ObjectBounds(2, 4, 5, 8);
    for (int round = 0; round < 3000; round++) {
      ObjectOperator operator = ObjectOperator.draw(random);
      drawn.merge(operator, 1, Integer::sum);
      if (operator.draw(bounds, HEIGHT, WIDTH, random) instanceof ObjectMove.RotateScale turn) {
        assertThat(turn.degrees()).isBetween(-45, 44);
        assertThat(turn.percent()).isBetween(80, 119);
      }
    }
    assertThat(drawn.keySet()).isEqualTo(EnumSet.allOf(ObjectOperator.class));
    assertThat(drawn.values()).allSatisfy(n -> assertThat(n).isBetween(900, 1100));
  }

  @Test
  void equalStreamsGiveEqualImages() {
    RgbImage image = TestImages.noise(HEIGHT, WIDTH, 7);
    Foreground foreground = Foreground.of(object());
    for (ObjectOperator operator : ObjectOperator.values()) {
      assertThat(augmented(foreground, image, operator))
          .isEqualTo(augmented(foreground, image, operator))
          .isNotEqualTo(image);
    }
  }

  private static RgbImage augmented(Foreground of, RgbImage image, ObjectOperator operator) {
    return of.augment(image, operator, ObjectBounds.End.LAST, new SplittableRandom(4));
  }
}
