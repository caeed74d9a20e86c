package longtail.image.augment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.golden.Tensor;
import longtail.image.Box;
import longtail.image.RgbImage;

/** Random crops, jitter, blur and Cutout with the draws of the cases. */
public final class AugmentGolden implements GoldenCheck {
  private static final double[] IMAGENET_MEAN = {0.485, 0.456, 0.406};
  private static final double[] IMAGENET_STD = {0.229, 0.224, 0.225};

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "transform_rrc_boxes*", "transform_train_rrc*")
        || golden.matches(Seed.BALMS, "cutout_*")
        || golden.matches(
            Seed.GLMC,
            "color_jitter*",
            "cutout_*",
            "gaussian_blur_*",
            "grayscale3*",
            "random_resized_crop_size*");
  }

  @Override
  public void run(GoldenCase golden) {
    String name = golden.name();
    if (name.startsWith("transform_rrc_boxes")) {
      boxes(golden);
    } else if (name.startsWith("transform_train_rrc")) {
      trainingView(golden);
    } else if (name.startsWith("random_resized_crop_size")) {
      sizes(golden);
    } else if (name.startsWith("color_jitter")) {
      jitter(golden);
    } else if (name.startsWith("gaussian_blur_pil")) {
      blur(golden);
    } else if (name.startsWith("gaussian_blur_tensor")) {
      KernelBlur blur =
          new KernelBlur(1, golden.params().path("kernel_size").asInt(), List.of(0.1, 2.0));
      double sigma = golden.params().path("sigma").asDouble();
      RgbImage image = ImageGolden.image(golden, "image");
      golden.check("out", ImageGolden.samples(blur.blur(image, sigma)));
    } else if (name.startsWith("grayscale3")) {
      golden.check("out", ImageGolden.samples(Grayscale.grey(ImageGolden.image(golden, "image"))));
    } else {
      cutout(golden);
    }
  }

  private static void boxes(GoldenCase golden) {
    JsonNode params = golden.params();
    RandomResizedCrop crop =
        new RandomResizedCrop(8, list(params.path("scale")), list(params.path("ratio")));
    double[] uniform = golden.tensor("U").values();
    int[] sizes = golden.tensor("sizes").ints();
    int attempts = uniform.length / (sizes.length / 2) / 4;
    List<Long> boxes = new ArrayList<>();
    for (int k = 0; k < sizes.length / 2; k++) {
      Iterator<RandomResizedCrop.Attempt> draws =
          attempts(crop, Arrays.copyOfRange(uniform, 4 * attempts * k, 4 * attempts * (k + 1)));
      Box box = crop.box(sizes[2 * k], sizes[2 * k + 1], draws::next);
      for (int value : new int[] {box.top(), box.left(), box.height(), box.width()}) {
        boxes.add((long) value);
      }
    }
    golden.check("boxes_top_left_h_w", longs(boxes));
  }

  private static Iterator<RandomResizedCrop.Attempt> attempts(
      RandomResizedCrop crop, double[] uniform) {
    List<RandomResizedCrop.Attempt> attempts = new ArrayList<>();
    for (int i = 0; i < uniform.length; i += 4) {
      attempts.add(crop.attempt(uniform[i], uniform[i + 1], uniform[i + 2], uniform[i + 3]));
    }
    return attempts.iterator();
  }

  private static void sizes(GoldenCase golden) {
    JsonNode params = golden.params();
    RandomResizedCrop crop =
        new RandomResizedCrop(8, list(params.path("scale")), list(params.path("ratio")));
    int[] heights = golden.tensor("H").ints();
    int[] widths = golden.tensor("W").ints();
    double[] areas = golden.tensor("s").values();
    double[] logRatios = golden.tensor("l").values();
    int most = areas.length / heights.length;
    long[] boxHeights = new long[heights.length];
    long[] boxWidths = new long[heights.length];
    long[] tried = new long[heights.length];
    for (int k = 0; k < heights.length; k++) {
      int first = k * most;
      int[] attempts = new int[1];
      Box box =
          crop.box(
              heights[k],
              widths[k],
              () -> {
                int i = first + attempts[0]++;
                return new RandomResizedCrop.Attempt(areas[i], logRatios[i], 0, 0);
              });
      boxHeights[k] = box.height();
      boxWidths[k] = box.width();
      tried[k] = attempts[0];
    }
    golden.check("h", boxHeights);
    golden.check("w", boxWidths);
    golden.check("attempts", tried);
  }

  private static void trainingView(GoldenCase golden) {
    JsonNode params = golden.params();
    JsonNode box = params.path("box");
    RandomResizedCrop crop =
        new RandomResizedCrop(params.path("S").asInt(), List.of(0.08, 1.0), List.of(0.75, 1.33));
    RgbImage resized =
        crop.crop(
            ImageGolden.image(golden, "image"),
            new Box(
                box.get(0).asInt(), box.get(1).asInt(), box.get(2).asInt(), box.get(3).asInt()));
    golden.check("after_resize", ImageGolden.samples(resized));
    RgbImage seen = params.path("flip").asBoolean() ? resized.mirrored() : resized;
    seen =
        jittered(
            seen,
            params.path("order"),
            params.path("brightness").asDouble(),
            params.path("contrast").asDouble(),
            params.path("saturation").asDouble());
    golden.check("out", ImageGolden.normalised(seen, IMAGENET_MEAN, IMAGENET_STD, 1));
  }

  private static void jitter(GoldenCase golden) {
    RgbImage image = ImageGolden.image(golden, "image");
    JsonNode orders = golden.params().path("orders");
    JsonNode factors = golden.params().path("factors_b_c_s");
    List<RgbImage> seen = new ArrayList<>();
    for (int k = 0; k < orders.size(); k++) {
      double[] f = ImageGolden.numbers(factors.get(k), 1);
      seen.add(jittered(image, orders.get(k), f[0], f[1], f[2]));
    }
    golden.check("out", ImageGolden.samples(seen));
  }

  /** Order: 0 brightness, 1 contrast, 2 saturation, 3 hue, which is never changed. */
  private static RgbImage jittered(
      RgbImage image, JsonNode order, double brightness, double contrast, double saturation) {
    RgbImage seen = image;
    for (JsonNode step : order) {
      seen =
          switch (step.asInt()) {
            case 0 -> new Brightness(brightness).apply(seen);
            case 1 -> new Contrast(contrast).apply(seen);
            case 2 -> new Color(saturation).apply(seen);
            default -> seen;
          };
    }
    return seen;
  }

  private static void blur(GoldenCase golden) {
    RgbImage image = ImageGolden.image(golden, "image");
    double[] sigmas = ImageGolden.numbers(golden.params().path("sigmas"), 1);
    golden.check(
        "box_radius", Arrays.stream(sigmas).map(sigma -> GaussianBlur.boxRadius(sigma)).toArray());
    golden.check(
        "out",
        ImageGolden.samples(
            Arrays.stream(sigmas).mapToObj(s -> GaussianBlur.blur(image, s)).toList()));
  }

  /** One result with all holes (glmc), or one result for each centre (balms). */
  private static void cutout(GoldenCase golden) {
    int holes = golden.params().path("n_holes").asInt();
    Cutout cutout = new Cutout(holes, golden.params().path("length").asInt(), Cutout.Value.MEAN);
    if (golden.seed() == Seed.GLMC) {
      Tensor image = golden.tensor("image");
      double[] seen = image.values();
      int[] rows = golden.tensor("y").ints();
      int[] columns = golden.tensor("x").ints();
      for (int i = 0; i < holes; i++) {
        hide(cutout, seen, image.shape(), rows[i], columns[i]);
      }
      golden.check("out", seen);
      return;
    }
    Tensor image = golden.tensor("image_chw");
    int[] centres = golden.tensor("centres_yx").ints();
    int results = centres.length / (2 * holes);
    double[] all = new double[results * image.length()];
    for (int k = 0; k < results; k++) {
      double[] seen = image.values();
      for (int i = 0; i < holes; i++) {
        int centre = 2 * (k * holes + i);
        hide(cutout, seen, image.shape(), centres[centre], centres[centre + 1]);
      }
      System.arraycopy(seen, 0, all, k * seen.length, seen.length);
    }
    golden.check("result", all);
  }

  private static void hide(Cutout cutout, double[] planes, long[] shape, int row, int column) {
    int height = (int) shape[1];
    int width = (int) shape[2];
    Box hole = cutout.hole(height, width, row, column);
    for (int c = 0; c < shape[0]; c++) {
      for (int y = hole.top(); y < hole.top() + hole.height(); y++) {
        int start = (c * height + y) * width + hole.left();
        Arrays.fill(planes, start, start + hole.width(), 0);
      }
    }
  }

  private static List<Double> list(JsonNode node) {
    return Arrays.stream(ImageGolden.numbers(node, 1)).boxed().toList();
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
