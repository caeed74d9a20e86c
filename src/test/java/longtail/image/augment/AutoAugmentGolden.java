package longtail.image.augment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.image.RgbImage;

/** AutoAugment: its operations and policies with the draws of the cases. */
public final class AutoAugmentGolden implements GoldenCheck {
  private static final List<Integer> GREY = List.of(128, 128, 128);

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BALMS, "aug_*") || golden.matches(Seed.GLMC, "aa_*");
  }

  @Override
  public void run(GoldenCase golden) {
    String name = golden.name();
    if (name.startsWith("aa_ranges")) {
      for (String operation : golden.outputs()) {
        golden.check(operation, magnitudes(auto(operation)));
      }
    } else if (name.startsWith("aa_policy_")) {
      policy(golden);
    } else if (name.startsWith("aug_cifar10_policy")) {
      policyWithDraws(golden);
    } else if (name.startsWith("aa_")) {
      golden.check("out", autoCombinations(golden, golden.params().path("combos")));
    } else {
      golden.check("result", autoCombinations(golden, golden.params().path("mag_idx_and_sign")));
    }
  }

  private static double[] magnitudes(AutoAugmentation operation) {
    double[] magnitudes = new double[AutoAugmentation.LAST_INDEX + 1];
    for (int i = 0; i < magnitudes.length; i++) {
      magnitudes[i] = operation.magnitude(i);
    }
    return magnitudes;
  }

  private static void policy(GoldenCase golden) {
    JsonNode params = golden.params();
    String name = golden.name().split("_", -1)[2].toUpperCase(Locale.ROOT);
    List<SubPolicy> policy = AutoAugmentPolicy.valueOf(name).subPolicies();
    JsonNode table = params.path("table");
    assertThat(policy).hasSize(table.size());
    for (int i = 0; i < policy.size(); i++) {
      JsonNode row = table.get(i);
      assertThat(policy.get(i)).isEqualTo(new SubPolicy(part(row, 0), part(row, 3)));
    }
    RgbImage seen =
        policy
            .get(params.path("policy_index").asInt())
            .apply(
                ImageGolden.image(golden, "image"),
                () -> Double.NEGATIVE_INFINITY,
                () -> params.path("sign").asInt(),
                GREY);
    golden.check("out", ImageGolden.samples(seen));
  }

  private static SubPolicy.Part part(JsonNode row, int first) {
    return new SubPolicy.Part(
        row.get(first).asDouble(), auto(row.get(first + 1).asText()), row.get(first + 2).asInt());
  }

  private static void policyWithDraws(GoldenCase golden) {
    RgbImage image = ImageGolden.image(golden, "image");
    double[] draws = golden.tensor("draws").values();
    int[] signs = golden.tensor("signs").ints();
    List<RgbImage> seen = new ArrayList<>();
    List<SubPolicy> policy = AutoAugmentPolicy.CIFAR10.subPolicies();
    for (int k = 0; k < policy.size(); k++) {
      Iterator<Double> uniform = List.of(draws[2 * k], draws[2 * k + 1]).iterator();
      Iterator<Integer> sign = List.of(signs[2 * k], signs[2 * k + 1]).iterator();
      seen.add(policy.get(k).apply(image, uniform::next, sign::next, GREY));
    }
    golden.check("result", ImageGolden.samples(seen));
  }

  private static long[] autoCombinations(GoldenCase golden, JsonNode combinations) {
    RgbImage image = ImageGolden.image(golden, "image");
    AutoAugmentation operation = auto(golden.params().path("op").asText());
    List<RgbImage> seen = new ArrayList<>();
    for (JsonNode combination : combinations) {
      seen.add(
          operation.apply(image, combination.get(0).asInt(), combination.get(1).asInt(), GREY));
    }
    return ImageGolden.samples(seen);
  }

  /** {@code shearX}, {@code autocontrast}. */
  private static AutoAugmentation auto(String name) {
    return AutoAugmentation.valueOf(ImageGolden.constant(name));
  }
}
