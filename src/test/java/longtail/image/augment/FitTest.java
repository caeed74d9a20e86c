package longtail.image.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import longtail.LongTailException;
import longtail.config.Yaml;
import longtail.dataset.Normalization;
import longtail.image.Bilinear;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FitTest {
  private static Fit square(Fit.Mode mode) {
    return Fit.of(32, 32, mode);
  }

  /** As torchvision's {@code Resize(256)} and {@code CenterCrop(224)}. */
  @ParameterizedTest
  @CsvSource({"32, 36, 100, 60", "32, 36, 61, 300", "64, 73, 90, 20", "224, 256, 31, 31"})
  void aCropIsTheMiddleAfterResizingTheShorterSideToAnEighthMore(
      int size, int shorter, int height, int width) {
    RgbImage image = TestImages.noise(height, width, 1);
    assertThat(Fit.of(size, size, Fit.Mode.CROP).apply(image))
        .isEqualTo(new CenterCrop(size).apply(new Resize(shorter).apply(image)));
  }

  @ParameterizedTest
  @EnumSource
  void anImageOfTheSizeStaysAsItIs(Fit.Mode mode) {
    RgbImage image = TestImages.noise(32, 32, 2);
    assertThat(square(mode).apply(image)).isSameAs(image);
  }

  @ParameterizedTest
  @EnumSource
  void imagesOfAnySizeGetTheSize(Fit.Mode mode) {
    for (Fit fit : List.of(square(mode), Fit.of(20, 50, mode), Fit.of(50, 20, mode))) {
      for (int[] size : new int[][] {{1, 1}, {1, 90}, {90, 1}, {31, 33}, {400, 7}, {20, 50}}) {
        RgbImage fitted = fit.apply(TestImages.noise(size[0], size[1], 3));
        assertThat(fitted.height()).isEqualTo(fit.size());
        assertThat(fitted.width()).isEqualTo(fit.columns());
      }
    }
  }

  @Test
  void stretchingShowsAllOfTheImage() {
    RgbImage image = TestImages.noise(40, 100, 4);
    assertThat(square(Fit.Mode.STRETCH).apply(image)).isEqualTo(Bilinear.resize(image, 32, 32));
  }

  @Test
  void aLetterboxShowsAllOfTheImageInItsProportionsWithBlackBesideIt() {
    RgbImage image = TestImages.noise(40, 80, 5);
    RgbImage boxed = square(Fit.Mode.LETTERBOX).apply(image);
    assertThat(boxed.crop(8, 0, 16, 32)).isEqualTo(Bilinear.resize(image, 16, 32));
    assertThat(boxed.crop(0, 0, 8, 32).pixels()).containsOnly(0);
    assertThat(boxed.crop(24, 0, 8, 32).pixels()).containsOnly(0);
  }

  @Test
  void anImageThatWouldBecomeTooLargeIsRefusedWithBothSizes() {
    RgbImage strip = TestImages.noise(1, 1_000_000, 6);
    assertThatThrownBy(() -> Fit.of(224, 224, Fit.Mode.CROP).apply(strip))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("1000000 x 1")
        .hasMessageContaining("256000000 x 256")
        .hasMessageContaining("stretch");
  }

  @Test
  void aPreprocessingIsWrittenAndReadBack() {
    Preprocessing known =
        new Preprocessing(
            List.of(new Resize(40), new CenterCrop(32)), Optional.of(Normalization.imagenet()));
    for (Preprocessing each :
        List.of(known, new Preprocessing(List.of(square(Fit.Mode.LETTERBOX)), Optional.empty()))) {
      assertThat(Yaml.read(Yaml.write(each), "copy", Preprocessing.class)).isEqualTo(each);
    }
  }

  @Test
  void anotherSizeKeepsTheModeAndTheShareUnlessToldOtherwise() {
    Fit fit = new Fit(32, 0, Fit.Mode.CROP, 1);
    Preprocessing known = new Preprocessing(List.of(fit), Optional.empty());
    assertThat(known.fitted(64, 64, Optional.empty()).transforms())
        .containsExactly(new Fit(64, 0, Fit.Mode.CROP, 1));
    assertThat(known.fitted(64, 48, Optional.of(Fit.Mode.STRETCH)).transforms())
        .containsExactly(new Fit(64, 48, Fit.Mode.STRETCH, 1));
    Preprocessing list = new Preprocessing(List.of(new CenterCrop(8)), Optional.empty());
    assertThat(list.fitted(9, 9, Optional.empty()).transforms())
        .containsExactly(Fit.of(9, 9, Fit.Mode.CROP));
  }
}
