package longtail.image.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.config.Yaml;
import longtail.dataset.Normalization;
import longtail.image.Box;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import longtail.image.augment.geometry.Resampling;
import longtail.image.augment.tone.Lookup;
import longtail.image.augment.tone.Tones;
import longtail.image.codec.ChromaSubsampling;
import longtail.image.codec.ImageCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AugmentationTest {
  private static final RgbImage IMAGE = TestImages.noise(24, 31, 1);
  private static final List<Integer> GREY = List.of(128, 128, 128);

  record Transforms(List<Transform> transforms) {}

  private static final String IMAGENET_LT =
      """
      transforms:
        - {type: random-resized-crop, size: 224}
        - color-jitter
        - grayscale
        - gaussian-blur
        - horizontal-flip
      """;

  private static final String ALL =
      """
      transforms:
        - random-resized-crop
        - {type: color-jitter, brightness: 0.2, saturation: 0}
        - {type: grayscale, probability: 0.1}
        - {type: gaussian-blur, sigma: [0.5, 1.5]}
        - {type: kernel-blur, probability: 1, kernel: 9}
        - {type: rand-augment, config: rand-m9-n3-mstd0.5-w0}
        - {type: rand-augment, operations: [identity, translate-x], interpolation: nearest}
        - auto-augment
        - {type: auto-augment, policy: svhn}
        - {type: cutout, holes: 2, value: mean}
        - {type: rotate, degrees: 10}
        - {type: shear-x, amount: 0.1, resampling: bilinear}
        - {type: solarize, threshold: 128}
        - auto-contrast
      """;

  @Test
  void theViewsOfImageNetLongTailedAreAListInTheExperimentFile() throws IOException {
    List<Transform> transforms = read(IMAGENET_LT);
    assertThat(transforms)
        .containsExactly(
            new RandomResizedCrop(224, List.of(0.08, 1.0), List.of(0.75, 4.0 / 3)),
            new ColorJitter(0.4, 0.4, 0.4),
            new Grayscale(0.2),
            new GaussianBlur(0.5, List.of(0.1, 2.0)),
            new HorizontalFlip(0.5));
    Pipeline pipeline = Pipeline.of(transforms, Normalization.imagenet(), 224, 224);
    float[] out = new float[224 * 224 * 3];
    for (int size : new int[] {1, 37, 300}) {
      RgbImage image = TestImages.noise(size, 2 * size, size);
      Arrays.fill(out, Float.NaN);
      pipeline.apply(image, RandomStreams.of(size), out, 0);
      assertThat(out).doesNotContain(Float.NaN);
    }
  }

  @Test
  void theUsualFiguresOfRandAugmentAutoAugmentAndCutoutAreTheDefaults() {
    assertThat(read("transforms: [rand-augment, auto-augment, cutout]"))
        .containsExactly(
            new RandAugment(
                "rand-n2-m10-mstd0.5",
                RandAugment.STANDARD,
                Optional.empty(),
                100,
                List.of(124, 116, 104)),
            new AutoAugment(AutoAugmentPolicy.CIFAR10, GREY),
            new Cutout(1, 16, Cutout.Value.BLACK));
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Transforms transforms = new Transforms(read(ALL));
    assertThat(Yaml.read(Yaml.write(transforms), "copy.yaml", Transforms.class))
        .isEqualTo(transforms);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{type: random-resized-crop, size: 0}",
        "{type: random-resized-crop, scale: [0.5, 1.5]}",
        "{type: random-resized-crop, ratio: [2.0, 1.0]}",
        "{type: color-jitter, contrast: -0.1}",
        "{type: color-jitter, hue: 0.1}",
        "{type: grayscale, probability: 1.5}",
        "{type: gaussian-blur, sigma: [0.1]}",
        "{type: kernel-blur, kernel: 0}",
        "{type: rand-augment, config: rand-m11}",
        "{type: rand-augment, config: rand-x3}",
        "{type: rand-augment, config: rand-w1}",
        "{type: rand-augment, config: augment}",
        "{type: rand-augment, config: rand-n3-w0, operations: [rotate, identity]}",
        "{type: rand-augment, operations: []}",
        "{type: auto-augment, policy: places}",
        "{type: auto-augment, fill: [0, 0, 256]}",
        "{type: cutout, length: 0}",
        "{type: posterize, bits: 9}",
        "{type: solarize, threshold: -1}"
      })
  void figuresOutOfRangeAreRefused(String transform) {
    assertThatThrownBy(() -> read("transforms: [" + transform + "]"))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("transforms.0");
  }

  static List<Transform> all() {
    return read(ALL);
  }

  @ParameterizedTest
  @MethodSource("all")
  void equalStreamsGiveEqualViewsAndTheImageStaysAsItIs(Transform transform) {
    RgbImage kept = new RgbImage(IMAGE.height(), IMAGE.width(), IMAGE.pixels().clone());
    for (int k = 0; k < 20; k++) {
      RgbImage first = transform.apply(IMAGE, RandomStreams.of(k));
      assertThat(transform.apply(IMAGE, RandomStreams.of(k))).isEqualTo(first);
    }
    assertThat(IMAGE).isEqualTo(kept);
  }

  @ParameterizedTest
  @MethodSource("all")
  void theSmallestImagesPass(Transform transform) {
    for (int[] size : new int[][] {{1, 1}, {1, 5}, {2, 1}, {3, 3}}) {
      RgbImage image = TestImages.noise(size[0], size[1], 3);
      for (int k = 0; k < 20; k++) {
        assertThat(transform.apply(image, RandomStreams.of(k))).isNotNull();
      }
    }
  }

  @Test
  void operationsWithoutEffectChangeNothing() {
    List<Operation> idle =
        List.of(
            new Brightness(1),
            new Contrast(1),
            new Color(1),
            new Sharpness(1),
            new Posterize(8),
            new Solarize(256),
            new SolarizeAdd(0),
            new Rotate(-720, Resampling.NEAREST, GREY));
    for (Operation operation : idle) {
      assertThat(operation.apply(IMAGE)).isEqualTo(IMAGE);
    }
    assertThat(new Invert().apply(new Invert().apply(IMAGE))).isEqualTo(IMAGE);
    assertThat(new Invert().apply(IMAGE)).isEqualTo(new Solarize(0).apply(IMAGE));
  }

  @Test
  void changesOfToneCanBePutOff() {
    RgbImage image = TestImages.noise(30, 20, 11);
    for (double factor : new double[] {0.6, 0.95, 1, 1.3}) {
      Brightness brightness = new Brightness(factor);
      Contrast contrast = new Contrast(1.9 - factor);
      Color color = new Color(1.6 - factor / 2);
      assertThat(contrast.apply(color.apply(brightness.apply(Tones.of(image)))).image())
          .isEqualTo(contrast.apply(color.apply(brightness.apply(image))));
      assertThat(color.apply(brightness.apply(contrast.apply(Tones.of(image)))).image())
          .isEqualTo(color.apply(brightness.apply(contrast.apply(image))));
      assertThat(brightness.apply(contrast.apply(color.apply(Tones.of(image)))).image())
          .isEqualTo(brightness.apply(contrast.apply(color.apply(image))));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void anImageNeedNotBeDecodedFirst(Transform transform) throws IOException {
    byte[] jpeg = ImageCodec.jpeg(TestImages.noise(90, 70, 12), 0.9, ChromaSubsampling.HALF);
    RgbImage decoded = ImageCodec.decode(jpeg);
    for (int k = 0; k < 10; k++) {
      assertThat(transform.applyTo(ImageCodec.open(jpeg), RandomStreams.of(k)))
          .isEqualTo(transform.apply(decoded, RandomStreams.of(k)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void wholeShiftsAndHalfTurnsAreExactWhateverTheResampling(Resampling resampling) {
    RgbImage shifted = new TranslateX(3, resampling, GREY).apply(IMAGE);
    RgbImage turned = new Rotate(180, resampling, GREY).apply(IMAGE);
    for (int y = 0; y < IMAGE.height(); y++) {
      for (int x = 0; x < IMAGE.width(); x++) {
        int inside = x + 3 < IMAGE.width() ? IMAGE.sample(y, x + 3, 1) : 128;
        assertThat(shifted.sample(y, x, 1)).isEqualTo(inside);
        assertThat(turned.sample(y, x, 2))
            .isEqualTo(IMAGE.sample(IMAGE.height() - 1 - y, IMAGE.width() - 1 - x, 2));
      }
    }
  }

  @Test
  void autoContrastAndEqualizeSpanTheWholeRange() {
    RgbImage image = new Brightness(0.5).apply(TestImages.smooth(64, 64));
    for (Operation operation : List.of(new AutoContrast(), new Equalize())) {
      int[] red = Lookup.histograms(operation.apply(image))[0];
      assertThat(red[0]).isPositive();
      assertThat(Arrays.stream(red, 250, 256).sum()).isPositive();
    }
  }

  @Test
  void blurringKeepsConstantsAndFlattensNoise() {
    RgbImage constant = new Solarize(0).apply(new Brightness(0).apply(IMAGE));
    for (double sigma : new double[] {0, 0.3, 1, 4, 12}) {
      assertThat(GaussianBlur.blur(constant, sigma)).isEqualTo(constant);
    }
    KernelBlur kernel = new KernelBlur(1, 11, List.of(2.0, 2.0));
    assertThat(deviation(kernel.blur(IMAGE, 2))).isLessThan(deviation(IMAGE) / 4);
    assertThat(GaussianBlur.blur(IMAGE, 0)).isSameAs(IMAGE);
    assertThat(deviation(GaussianBlur.blur(IMAGE, 2))).isLessThan(deviation(IMAGE) / 4);
  }

  @Test
  void cropsLieInsideTheImageAndHaveTheAllowedAreaAndProportions() {
    RandomResizedCrop crop = new RandomResizedCrop(8, List.of(0.2, 0.6), List.of(0.5, 2.0));
    SplittableRandom random = RandomStreams.of(7);
    for (int k = 0; k < 2000; k++) {
      Box box =
          crop.box(
              100,
              160,
              () ->
                  crop.attempt(
                      random.nextDouble(),
                      random.nextDouble(),
                      random.nextDouble(),
                      random.nextDouble()));
      assertThat(box.top()).isBetween(0, 100 - box.height());
      assertThat(box.left()).isBetween(0, 160 - box.width());
      assertThat(box.height() * box.width() / 16000.0).isBetween(0.19, 0.61);
      assertThat((double) box.width() / box.height()).isBetween(0.47, 2.1);
    }
  }

  @Test
  void aStripTooNarrowForEveryAttemptGivesItsMiddle() {
    RandomResizedCrop crop = new RandomResizedCrop(8, List.of(0.9, 1.0), List.of(0.75, 4.0 / 3));
    assertThat(crop.box(10, 200, () -> crop.attempt(0.5, 0.5, 0.5, 0.5)))
        .isEqualTo(new Box(0, 93, 10, 13));
    assertThat(crop.box(200, 9, () -> crop.attempt(0.5, 0.5, 0.5, 0.5)))
        .isEqualTo(new Box(94, 0, 12, 9));
  }

  @Test
  void aHoleOfTheMeanColourIsZeroAfterTheNormalisationAndABlackOneBefore() throws IOException {
    double[] mean = {0.3, 0.4, 0.5};
    double[] std = {0.2, 0.2, 0.2};
    RgbImage white = new Solarize(0).apply(new Brightness(0).apply(IMAGE));
    float[] out = new float[white.pixels().length];
    Pipeline.of(
            List.of(new Cutout(1, 8, Cutout.Value.MEAN)),
            new Normalization(mean, std),
            white.height(),
            white.width())
        .apply(white, RandomStreams.of(5), out, 0);
    Set<Float> reds = new HashSet<>();
    int hidden = 0;
    for (int i = 0; i < out.length; i += 3) {
      reds.add(out[i]);
      hidden += out[i] == 0 ? 1 : 0;
    }
    assertThat(reds).containsExactlyInAnyOrder(0f, 3.5f);
    assertThat(hidden).isBetween(16, 64);
    RgbImage black = new Cutout(1, 8, Cutout.Value.BLACK).apply(white, RandomStreams.of(5));
    assertThat(Lookup.histograms(black)[0][0]).isEqualTo(hidden);
  }

  @Test
  void theWeightedChoiceNeverTakesAnOperationTwice() {
    List<RandAugmentation> three =
        List.of(RandAugmentation.ROTATE, RandAugmentation.SHEAR_X, RandAugmentation.INVERT);
    RandAugment augment = new RandAugment("rand-n2-w0", three, Optional.empty(), 100, GREY);
    RgbImage black = new Brightness(0).apply(IMAGE);
    for (int k = 0; k < 100; k++) {
      // Inverting has no weight: black stays black but for the fill of moved images.
      int[] red = Lookup.histograms(augment.apply(black, RandomStreams.of(k)))[0];
      assertThat(red[255]).isZero();
    }
  }

  @Test
  void theConfigurationOfRandAugmentIsReadOnceForAllImages() {
    String config = "rand-m9-n2-mstd0.5";
    assertThat(RandAugmentConfig.parse(config)).isSameAs(RandAugmentConfig.parse(config));
  }

  private static double deviation(RgbImage image) {
    double[] samples = new double[image.pixels().length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = image.pixels()[i] & 0xFF;
    }
    double mean = Arrays.stream(samples).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(samples).map(s -> (s - mean) * (s - mean)).average().orElseThrow());
  }

  private static List<Transform> read(String yaml) {
    return Yaml.read(yaml, "test.yaml", Transforms.class).transforms();
  }
}
