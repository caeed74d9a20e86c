package longtail.image.augment;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import longtail.dataset.Normalization;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.golden.Tensor;
import longtail.image.Bilinear;
import longtail.image.RgbImage;

/** Cropping, flipping, resizing and normalising of images. */
public final class ImageGolden implements GoldenCheck {
  private static final double[] CIFAR_MEAN = {0.4914, 0.4822, 0.4465};
  private static final double[] CIFAR_STD = {0.2023, 0.1994, 0.2010};
  private static final double[] IMAGENET_MEAN = {0.485, 0.456, 0.406};
  private static final double[] IMAGENET_STD = {0.229, 0.224, 0.225};

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(
            Seed.BOT, "transform_cifar_test*", "transform_cifar_train*", "transform_test_resize*")
        || golden.matches(Seed.GLMC, "transform_cifar*", "resize_centercrop*", "resized_crop*")
        || golden.matches(Seed.METASAUG, "cifar_transform*");
  }

  @Override
  public void run(GoldenCase golden) {
    switch (golden.seed()) {
      case BOT -> bot(golden);
      case GLMC -> glmc(golden);
      case METASAUG -> metasaug(golden);
      default -> throw new IllegalArgumentException("not claimed: " + golden);
    }
  }

  private static void bot(GoldenCase golden) {
    RgbImage image = image(golden, "image");
    JsonNode params = golden.params();
    if (golden.name().startsWith("transform_test_resize")) {
      int size = params.path("S").asInt();
      RgbImage resized = Bilinear.shorterSide(image, (int) (size / 0.875));
      RgbImage cropped = new CenterCrop(size).apply(resized);
      golden.check("out", normalised(cropped, IMAGENET_MEAN, IMAGENET_STD, 1));
      return;
    }
    if (golden.name().startsWith("transform_cifar_test")) {
      golden.check("cao", normalised(image, CIFAR_MEAN, CIFAR_STD, 1));
      golden.check("json", normalised(image, IMAGENET_MEAN, IMAGENET_STD, 1));
      return;
    }
    RgbImage seen =
        view(image, PadCrop.Margin.ZERO, params.path("top"), params.path("left"), params);
    for (String kind : List.of("cao", "json")) {
      double[] mean = numbers(params.path(kind + "_mean"), 1);
      double[] std = numbers(params.path(kind + "_std"), 1);
      golden.check(kind, normalised(seen, mean, std, 1));
    }
  }

  private static void glmc(GoldenCase golden) {
    RgbImage image = image(golden, "image");
    JsonNode params = golden.params();
    if (golden.name().startsWith("resize_centercrop")) {
      RgbImage resized = Bilinear.shorterSide(image, params.path("resize").asInt());
      golden.check("out", samples(new CenterCrop(params.path("crop").asInt()).apply(resized)));
    } else if (golden.name().startsWith("resized_crop")) {
      int size = params.path("size").asInt();
      RgbImage box =
          image.crop(
              params.path("i").asInt(),
              params.path("j").asInt(),
              params.path("h").asInt(),
              params.path("w").asInt());
      golden.check("out", samples(Bilinear.resize(box, size, size)));
    } else {
      double[] mean = numbers(params.path("mean"), 1);
      double[] std = numbers(params.path("std"), 1);
      RgbImage seen = view(image, PadCrop.Margin.ZERO, params.path("i"), params.path("j"), params);
      golden.check("out_sub", normalised(seen, mean, std, stride(golden, "out_sub", seen)));
      golden.check(
          "val_out_sub", normalised(image, mean, std, stride(golden, "val_out_sub", seen)));
    }
  }

  private static void metasaug(GoldenCase golden) {
    RgbImage image = image(golden, "image_hwc");
    JsonNode params = golden.params();
    double[] mean = numbers(params.path("mean255"), 255);
    double[] std = numbers(params.path("std255"), 255);
    RgbImage seen =
        view(image, PadCrop.Margin.REFLECT, params.path("crop_i"), params.path("crop_j"), params);
    golden.check("train_chw", normalised(seen, mean, std, 1));
    golden.check("test_chw", normalised(image, mean, std, 1));
  }

  /** The training view of CIFAR with the crop and the flip of the case. */
  private static RgbImage view(
      RgbImage image, PadCrop.Margin margin, JsonNode top, JsonNode left, JsonNode params) {
    RgbImage cropped = new PadCrop(4, margin, 0).at(image, top.asInt(), left.asInt());
    return params.path("flip").asBoolean() ? cropped.mirrored() : cropped;
  }

  /** Some cases keep only every n-th row and column of the result. */
  private static int stride(GoldenCase golden, String output, RgbImage image) {
    return image.height() / Math.toIntExact(golden.tensor(output).shape()[1]);
  }

  static double[] normalised(RgbImage image, double[] mean, double[] std, int stride) {
    float[] out = new float[image.pixels().length];
    try {
      Pipeline.of(List.of(), new Normalization(mean, std), image.height(), image.width())
          .apply(image, new SplittableRandom(0), out, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int height = (image.height() + stride - 1) / stride;
    int width = (image.width() + stride - 1) / stride;
    double[] planes = new double[3 * height * width];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          planes[(c * height + y) * width + x] =
              out[3 * (y * stride * image.width() + x * stride) + c];
        }
      }
    }
    return planes;
  }

  public static RgbImage image(GoldenCase golden, String name) {
    Tensor tensor = golden.tensor(name);
    int[] samples = tensor.ints();
    byte[] pixels = new byte[samples.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) samples[i];
    }
    long[] shape = tensor.shape();
    return new RgbImage(Math.toIntExact(shape[0]), Math.toIntExact(shape[1]), pixels);
  }

  public static long[] samples(RgbImage image) {
    long[] samples = new long[image.pixels().length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = image.pixels()[i] & 0xFF;
    }
    return samples;
  }

  /** The samples of all {@code images}, one after the other. */
  public static long[] samples(List<RgbImage> images) {
    return images.stream().flatMapToLong(image -> Arrays.stream(samples(image))).toArray();
  }

  /** The constant that the cases call {@code name}, such as shearX or TranslateXRel. */
  static String constant(String name) {
    return name.replaceAll("(?<=.)(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
  }

  static double[] numbers(JsonNode list, double unit) {
    double[] numbers = new double[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = list.get(i).asDouble() / unit;
    }
    return numbers;
  }
}
