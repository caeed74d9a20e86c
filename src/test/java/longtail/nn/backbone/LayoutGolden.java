package longtail.nn.backbone;

import static longtail.golden.GoldenNetworks.architecture;
import static longtail.golden.GoldenNetworks.backbone;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Role;

/** Backbones: names, shapes and numbers of their parameters. */
public final class LayoutGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "layout_*", "net_architectures*")
        || golden.matches(Seed.BALMS, "net_architectures*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.name().startsWith("net_architectures")) {
      architectures(golden);
    } else {
      layout(golden);
    }
  }

  /** Numbers of parameters and blocks of the backbones alone. */
  private static void architectures(GoldenCase golden) {
    golden
        .params()
        .fields()
        .forEachRemaining(
            entry -> {
              JsonNode want = entry.getValue();
              Backbone backbone = backbone(entry.getKey());
              List<ParameterBlock> blocks =
                  architecture(backbone, 10, 1, 3, 64, 64).layout().stream()
                      .filter(block -> !block.head())
                      .toList();
              List<ParameterBlock> learnt =
                  blocks.stream().filter(ParameterBlock::trainable).toList();
              long counters = blocks.stream().filter(b -> b.role() == Role.RUNNING_MEAN).count();
              equal(
                  entry.getKey() + " parameters",
                  want.path("parameters").asLong(),
                  learnt.stream().mapToLong(ParameterBlock::length).sum());
              equal("parameter tensors", want.path("param_tensors").asInt(), learnt.size());
              equal("state tensors", want.path("state_tensors").asLong(), blocks.size() + counters);
              List<Stages.Stage> stages = backbone.stages().stages();
              for (int s = 0; s < stages.size(); s++) {
                equal(
                    "blocks",
                    want.path("blocks").path("layer" + (s + 1)).asInt(),
                    stages.get(s).blocks());
              }
            });
  }

  private static void layout(GoldenCase golden) {
    JsonNode params = golden.params();
    Backbone backbone = backbone(params.path("backbone").asText());
    List<ParameterBlock> layout =
        architecture(backbone, params.path("num_classes").asInt(), 1, 3, 64, 64).layout();
    List<String> names = new ArrayList<>();
    List<long[]> shapes = new ArrayList<>();
    for (ParameterBlock block : layout) {
      String name = block.head() ? block.name() : "backbone." + block.name();
      names.add(name);
      shapes.add(block.shape());
      if (block.role() == Role.RUNNING_VARIANCE) {
        names.add(name.replace("running_var", "num_batches_tracked"));
        shapes.add(new long[0]);
      }
    }
    equal("names", texts(params.path("names")), names);
    equal(
        "shapes",
        params.path("shapes").toString(),
        shapes.stream().map(Arrays::toString).toList().toString().replace(" ", ""));
    List<ParameterBlock> learnt = layout.stream().filter(ParameterBlock::trainable).toList();
    equal("parameters", params.path("parameters").asInt(), learnt.size());
    equal(
        "parameter elements",
        params.path("parameter_elements").asLong(),
        learnt.stream().mapToLong(ParameterBlock::length).sum());
  }

  private static List<String> texts(JsonNode array) {
    List<String> values = new ArrayList<>();
    array.forEach(node -> values.add(node.asText()));
    return values;
  }

  private static void equal(String what, Object want, Object got) {
    if (!want.equals(got)) {
      throw new AssertionError("%s: got %s, want %s".formatted(what, got, want));
    }
  }
}
