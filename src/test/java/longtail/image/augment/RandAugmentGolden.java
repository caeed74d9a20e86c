package longtail.image.augment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.StreamSupport;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.image.RgbImage;
import longtail.image.augment.geometry.Resampling;

/** RandAugment: its operations and chains of them with the draws of the cases. */
public final class RandAugmentGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.GLMC, "ra_*");
  }

  @Override
  public void run(GoldenCase golden) {
    JsonNode params = golden.params();
    String name = golden.name();
    if (name.startsWith("ra_config")) {
      golden.check("parsed", parsed(params.path("configs")));
    } else if (name.startsWith("ra_choice_weights")) {
      assertThat(operations(params.path("ops"))).isEqualTo(RandAugment.STANDARD);
      assertThat(operations(params.path("ops_cmc"))).isEqualTo(RandAugment.CMC);
      golden.check(
          "p", RandAugment.STANDARD.stream().mapToDouble(RandAugmentation::weight).toArray());
    } else if (name.startsWith("ra_level_args")) {
      double reach = params.path("translate_const").asDouble();
      double[] levels = golden.tensor("level").values();
      for (String output : golden.outputs()) {
        RandAugmentation operation = rand(output.substring("arg_".length()));
        golden.check(
            output, Arrays.stream(levels).map(l -> operation.argument(l, reach)).toArray());
      }
    } else if (name.startsWith("ra_chain")) {
      chain(golden);
    } else {
      levels(golden);
    }
  }

  private static double[] parsed(JsonNode configs) {
    List<Double> parsed = new ArrayList<>();
    for (JsonNode node : configs) {
      boolean cmc = node.asText().startsWith("cmc:");
      RandAugmentConfig config = RandAugmentConfig.parse(node.asText().replace("cmc:", ""));
      boolean weighted = config.choice() == RandAugmentConfig.Choice.WEIGHTED;
      parsed.add((double) config.magnitude());
      parsed.add((double) config.layers());
      parsed.add(config.deviation());
      parsed.add(weighted ? 1.0 : 0.0);
      parsed.add((double) (cmc ? RandAugment.CMC : RandAugment.STANDARD).size());
      parsed.add(RandAugment.PROBABILITY);
    }
    return parsed.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void chain(GoldenCase golden) {
    JsonNode params = golden.params();
    RandAugment augment = augment(params);
    RgbImage seen = ImageGolden.image(golden, "image");
    List<RandAugmentation> operations = operations(params.path("ops"));
    for (int i = 0; i < operations.size(); i++) {
      RandAugment.Draw draw =
          new RandAugment.Draw(
              params.path("u_apply").get(i).asDouble(),
              params.path("gauss").get(i).asDouble(),
              params.path("u_neg").get(i).asDouble(),
              resampling(params.path("resample").get(i)));
      seen = augment.apply(seen, operations.get(i), draw);
    }
    golden.check("out", ImageGolden.samples(seen));
  }

  private static void levels(GoldenCase golden) {
    JsonNode params = golden.params();
    RandAugment augment = augment(params);
    RgbImage image = ImageGolden.image(golden, "image");
    RandAugmentation operation = rand(params.path("op").asText());
    List<RgbImage> seen = new ArrayList<>();
    for (JsonNode combination : params.path("combos")) {
      RandAugment.Draw draw =
          new RandAugment.Draw(
              0,
              combination.get(0).asDouble(),
              combination.get(1).asBoolean() ? 1 : 0,
              resampling(combination.get(2)));
      seen.add(augment.apply(image, operation, draw));
    }
    golden.check("out", ImageGolden.samples(seen));
  }

  private static RandAugment augment(JsonNode params) {
    List<Integer> fill =
        StreamSupport.stream(params.path("fill").spliterator(), false)
            .map(JsonNode::asInt)
            .toList();
    return new RandAugment(
        "rand",
        RandAugment.STANDARD,
        Optional.empty(),
        params.path("translate_const").asDouble(),
        fill);
  }

  private static Resampling resampling(JsonNode node) {
    boolean none = node.isNull() || node.asText().equals("none");
    return none ? Resampling.NEAREST : Resampling.valueOf(node.asText().toUpperCase(Locale.ROOT));
  }

  private static List<RandAugmentation> operations(JsonNode names) {
    return StreamSupport.stream(names.spliterator(), false)
        .map(node -> rand(node.asText()))
        .toList();
  }

  /** {@code TranslateXRel}, {@code AutoContrast}. */
  private static RandAugmentation rand(String name) {
    return RandAugmentation.valueOf(ImageGolden.constant(name));
  }
}
