package longtail.image.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import longtail.LongTailException;
import longtail.RandomStreams;
import longtail.config.Yaml;
import longtail.dataset.Normalization;
import longtail.image.Bilinear;
import longtail.image.RgbImage;
import longtail.image.TestImages;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransformTest {
  private static final RgbImage IMAGE = TestImages.noise(6, 5, 1);

  record Transforms(List<Transform> transforms) {}

  @Test
  void anExperimentFileNamesThem() {
    String yaml =
        """
        transforms:
          - {type: resize, size: 256}
          - pad-crop
          - {type: pad-crop, padding: 2, mode: reflect}
          - horizontal-flip
        """;
    assertThat(Yaml.read(yaml, "test.yaml", Transforms.class).transforms())
        .containsExactly(
            new Resize(256),
            new PadCrop(4, PadCrop.Margin.ZERO, 0),
            new PadCrop(2, PadCrop.Margin.REFLECT, 0),
            new HorizontalFlip(0.5));
  }

  @ParameterizedTest
  @EnumSource
  void everyCropAgreesWithPaddingFirst(PadCrop.Margin margin) {
    int padding = 3;
    for (int size : new int[] {0, 2, 4}) {
      PadCrop crop = new PadCrop(padding, margin, size);
      int height = size == 0 ? IMAGE.height() : size;
      int width = size == 0 ? IMAGE.width() : size;
      RgbImage padded = padded(IMAGE, padding, margin);
      for (int top = 0; top + height <= padded.height(); top++) {
        for (int left = 0; left + width <= padded.width(); left++) {
          assertThat(crop.at(IMAGE, top, left)).isEqualTo(padded.crop(top, left, height, width));
        }
      }
    }
  }

  @Test
  void randomCropsReachEveryOffset() {
    PadCrop crop = new PadCrop(1, PadCrop.Margin.REFLECT, 0);
    SplittableRandom random = RandomStreams.of(1);
    Set<RgbImage> seen = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      seen.add(crop.apply(IMAGE, random));
    }
    assertThat(seen).hasSize(9);
  }

  @Test
  void aCropLargerThanThePaddedImageIsRefused() {
    PadCrop crop = new PadCrop(1, PadCrop.Margin.ZERO, 9, SmallImages.REFUSE);
    assertThatThrownBy(() -> crop.apply(IMAGE, RandomStreams.of(1)))
        .hasMessageContaining("5 x 6")
        .hasMessageContaining("does not fit a crop that needs 7 x 7");
  }

  @Test
  void aSmallImageIsPutIntoTheMiddleOfBlack() {
    RgbImage cropped = new CenterCrop(9).apply(IMAGE);
    assertThat(cropped.height()).isEqualTo(9);
    assertThat(cropped.width()).isEqualTo(9);
    int top = (9 - IMAGE.height()) / 2;
    int left = (9 - IMAGE.width()) / 2;
    assertThat(cropped.crop(top, left, IMAGE.height(), IMAGE.width())).isEqualTo(IMAGE);
    int outside = 0;
    for (byte sample : cropped.pixels()) {
      outside += sample & 0xFF;
    }
    for (byte sample : IMAGE.pixels()) {
      outside -= sample & 0xFF;
    }
    assertThat(outside).as("sum of all samples around it").isZero();
  }

  @ParameterizedTest
  @EnumSource
  void everySmallImageHasACropOfTheWantedSize(PadCrop.Margin margin) {
    SplittableRandom random = RandomStreams.of(5);
    for (int side : new int[] {1, 2, 5, 40}) {
      RgbImage image = TestImages.noise(side, 3, side);
      RgbImage cropped = new PadCrop(4, margin, 12).apply(image, random);
      assertThat(cropped.height()).isEqualTo(12);
      assertThat(cropped.width()).isEqualTo(12);
    }
  }

  @Test
  void aSmallImageIsRefusedWithBothSizesOnDemand() {
    assertThatThrownBy(() -> new CenterCrop(32, SmallImages.REFUSE).apply(IMAGE))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("5 x 6 pixels")
        .hasMessageContaining("32 x 32")
        .hasMessageContaining("small: pad");
  }

  @Test
  void anImageTooSmallToBeMirroredIsRefusedWhereItsSizeIsToBeKept() {
    PadCrop crop = new PadCrop(4, PadCrop.Margin.REFLECT, 0);
    RgbImage small = TestImages.noise(3, 9, 1);
    assertThatThrownBy(() -> crop.apply(small, RandomStreams.of(1)))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("9 x 3 pixels");
  }

  @Test
  void flipsAreTheGivenShareAndTheirOwnInverse() {
    assertThat(IMAGE.mirrored()).isNotEqualTo(IMAGE);
    assertThat(IMAGE.mirrored().mirrored()).isEqualTo(IMAGE);
    SplittableRandom random = RandomStreams.of(2);
    int flipped = 0;
    for (int i = 0; i < 10_000; i++) {
      flipped += new HorizontalFlip(0.3).apply(IMAGE, random).equals(IMAGE) ? 0 : 1;
    }
    assertThat(flipped).isBetween(2850, 3150);
  }

  @Test
  void equalStreamsGiveEqualViews() throws IOException {
    Pipeline pipeline =
        Pipeline.of(
            List.of(new PadCrop(2, PadCrop.Margin.ZERO, 0), new HorizontalFlip(0.5)),
            new Normalization(new double[] {0.5, 0.4, 0.3}, new double[] {0.2, 0.25, 0.5}),
            IMAGE.height(),
            IMAGE.width());
    float[] first = new float[IMAGE.pixels().length + 2];
    float[] second = new float[first.length];
    pipeline.apply(IMAGE, RandomStreams.of(3, 4), first, 1);
    pipeline.apply(IMAGE, RandomStreams.of(3, 4), second, 1);
    assertThat(pipeline.length()).isEqualTo(IMAGE.pixels().length);
    assertThat(first).isEqualTo(second);
    assertThat(first[0]).isZero();
    assertThat(first[first.length - 1]).isZero();
  }

  @Test
  void normalisationIsPerChannel() throws IOException {
    RgbImage pixel = new RgbImage(1, 1, new byte[] {(byte) 255, 51, 0});
    Pipeline pipeline =
        Pipeline.of(
            List.of(),
            new Normalization(new double[] {0.5, 0.1, 0.2}, new double[] {0.5, 0.2, 0.4}),
            1,
            1);
    float[] out = new float[3];
    pipeline.apply(pixel, RandomStreams.of(1), out, 0);
    assertThat(out[0]).isCloseTo(1f, within());
    assertThat(out[1]).isCloseTo(0.5f, within());
    assertThat(out[2]).isCloseTo(-0.5f, within());
  }

  @Test
  void anImageOfAnotherSizeThanTheNetworkTakesIsRefused() {
    Pipeline pipeline = Pipeline.of(List.of(), Normalization.imagenet(), 4, 4);
    assertThatThrownBy(() -> pipeline.apply(IMAGE, RandomStreams.of(1), new float[48], 0))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("5 x 6 pixels after the transforms, the network takes 4 x 4")
        .hasMessageContaining("fit or a crop");
  }

  @Test
  void resizingKeepsConstantsAndProportions() {
    byte[] grey = new byte[3 * 40 * 30];
    Arrays.fill(grey, (byte) 77);
    RgbImage constant = new RgbImage(40, 30, grey);
    for (int size : new int[] {1, 7, 30, 64}) {
      RgbImage resized = Bilinear.shorterSide(constant, size);
      assertThat(resized.width()).isEqualTo(size);
      assertThat(resized.height()).isEqualTo(size * 40 / 30);
      assertThat(resized.pixels()).containsOnly(77);
    }
    assertThat(Bilinear.resize(IMAGE, 6, 5)).isSameAs(IMAGE);
  }

  @Test
  void halvingAveragesWithATriangle() {
    // The row 0 0 80 80 80 80; weights 3 : 3 : 1 at the ends, 1 : 3 : 3 : 1 between.
    byte[] row = new byte[18];
    Arrays.fill(row, 6, 18, (byte) 80);
    RgbImage halved = Bilinear.resize(new RgbImage(1, 6, row), 1, 3);
    assertThat(halved.sample(0, 0, 0)).isEqualTo(11);
    assertThat(halved.sample(0, 1, 0)).isEqualTo(70);
    assertThat(halved.sample(0, 2, 0)).isEqualTo(80);
  }

  @Test
  void resizingFollowsItsDefinition() {
    SplittableRandom random = RandomStreams.of(9);
    for (int k = 0; k < 200; k++) {
      RgbImage image = TestImages.noise(1 + random.nextInt(40), 1 + random.nextInt(40), k);
      int height = 1 + random.nextInt(40);
      int width = 1 + random.nextInt(40);
      RgbImage narrowed = turned(resizedRows(turned(image), width));
      assertThat(Bilinear.resize(image, height, width)).isEqualTo(resizedRows(narrowed, height));
    }
  }

  /** The image with {@code height} rows, each a weighted mean in 22-bit fixed point. */
  private static RgbImage resizedRows(RgbImage image, int height) {
    int stride = 3 * image.width();
    byte[] resized = new byte[height * stride];
    double scale = (double) image.height() / height;
    double support = Math.max(scale, 1);
    for (int y = 0; y < height; y++) {
      double centre = (y + 0.5) * scale;
      int first = Math.max((int) (centre - support + 0.5), 0);
      int end = Math.min((int) (centre + support + 0.5), image.height());
      double[] triangle = new double[end - first];
      for (int t = 0; t < triangle.length; t++) {
        double distance = Math.abs((t + first - centre + 0.5) * (1 / support));
        triangle[t] = Math.max(0, 1 - distance);
      }
      double total = Arrays.stream(triangle).sum();
      for (int i = 0; i < stride; i++) {
        long sum = 1 << 21;
        for (int t = 0; t < triangle.length; t++) {
          long weight = (long) (0.5 + triangle[t] / total * (1 << 22));
          sum += weight * image.sample(first + t, i / 3, i % 3);
        }
        resized[y * stride + i] = (byte) (sum >> 22);
      }
    }
    return new RgbImage(height, image.width(), resized);
  }

  /** Rows and columns exchanged. */
  private static RgbImage turned(RgbImage image) {
    int height = image.width();
    int width = image.height();
    byte[] turned = new byte[image.pixels().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        System.arraycopy(image.pixels(), 3 * (x * height + y), turned, 3 * (y * width + x), 3);
      }
    }
    return new RgbImage(height, width, turned);
  }

  private static Offset<Float> within() {
    return Offset.offset(1e-6f);
  }

  private static RgbImage padded(RgbImage image, int padding, PadCrop.Margin margin) {
    int height = image.height() + 2 * padding;
    int width = image.width() + 2 * padding;
    byte[] pixels = new byte[3 * height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int row = y - padding;
        int column = x - padding;
        boolean inside = row >= 0 && row < image.height() && column >= 0 && column < image.width();
        if (inside || margin == PadCrop.Margin.REFLECT) {
          for (int c = 0; c < 3; c++) {
            pixels[3 * (y * width + x) + c] =
                (byte) image.sample(mirror(row, image.height()), mirror(column, image.width()), c);
          }
        }
      }
    }
    return new RgbImage(height, width, pixels);
  }

  private static int mirror(int position, int length) {
    int positive = Math.abs(position);
    return positive < length ? positive : 2 * (length - 1) - positive;
  }
}
