package longtail.mix;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mixtures of GLMC: blended first views and cut second views of batches from two samplers. */
public final class GlmcMixGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.GLMC, "mixed_*", "cutmix_box*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.name().startsWith("cutmix_box")) {
      boxes(golden);
    } else {
      views(golden);
    }
  }

  private static void boxes(GoldenCase golden) {
    double[] lambdas = golden.tensor("lam").values();
    int[] rows = golden.tensor("cx").ints();
    int[] columns = golden.tensor("cy").ints();
    int[] heights = golden.tensor("H").ints();
    int[] widths = golden.tensor("W").ints();
    CutBox[] boxes =
        IntStream.range(0, lambdas.length)
            .mapToObj(i -> CutBox.around(lambdas[i], rows[i], columns[i], heights[i], widths[i]))
            .toArray(CutBox[]::new);
    golden.check("bbx1", IntStream.range(0, boxes.length).map(i -> boxes[i].top()).toArray());
    golden.check("bby1", IntStream.range(0, boxes.length).map(i -> boxes[i].left()).toArray());
    golden.check("bbx2", IntStream.range(0, boxes.length).map(i -> boxes[i].bottom()).toArray());
    golden.check("bby2", IntStream.range(0, boxes.length).map(i -> boxes[i].right()).toArray());
    golden.check("box_area", IntStream.range(0, boxes.length).map(i -> boxes[i].area()).toArray());
    golden.check(
        "lam_area",
        IntStream.range(0, boxes.length)
            .mapToDouble(i -> boxes[i].outside(heights[i], widths[i]))
            .toArray());
  }

  private static void views(GoldenCase golden) {
    JsonNode params = golden.params();
    double lambda = params.path("lam").asDouble();
    double[] weights = golden.tensor("class_weights").values();
    ImageBatch original = samples(golden, "org2", "labels_org");
    CutBox box =
        CutBox.around(
            lambda,
            params.path("cx").asInt(),
            params.path("cy").asInt(),
            (int) original.images().size(1),
            (int) original.images().size(2));
    try (ImageBuffer buffer = new ImageBuffer()) {
      check(
          golden,
          "mixup",
          TwoSamplerMix.blend(
              samples(golden, "org1", "labels_org"),
              samples(golden, "invs1", "labels_invs"),
              lambda,
              buffer),
          weights);
      check(
          golden,
          "cutmix",
          TwoSamplerMix.cut(original, samples(golden, "invs2", "labels_invs"), lambda, box, buffer),
          weights);
    }
  }

  private static void check(
      GoldenCase golden, String view, MixedBatch mixed, double[] classWeights) {
    golden.check(view + "_x", mixed.images().permute(0, 3, 1, 2));
    golden.check(view + "_y", mixed.labels().targets(classWeights.length));
    golden.check(view + "_y_w", mixed.labels().targets(classWeights));
  }

  /** Images come channels first. */
  private static ImageBatch samples(GoldenCase golden, String images, String labels) {
    int[] classes = golden.tensor(labels).ints();
    INDArray channelsLast = golden.array(images).permute(0, 2, 3, 1).dup('c');
    return new ImageBatch(channelsLast, classes, IntStream.range(0, classes.length).toArray());
  }
}
