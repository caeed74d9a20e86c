package longtail.nn.head;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.nn.Network;
import longtail.nn.backbone.Resnet32;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.weights.PretrainedWeights;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** What a second stage takes from the first one, and what it then trains. */
public final class TwoStageGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "two_stage_load_rules*");
  }

  @Override
  public void run(GoldenCase golden) {
    try (Network first = network(LinearHead.standard(), 1)) {
      golden
          .params()
          .path("rules")
          .fields()
          .forEachRemaining(rule -> second(first, rule.getKey(), rule.getValue()));
    }
  }

  private static void second(Network first, String classifier, JsonNode want) {
    boolean scales = classifier.equals("LWS");
    boolean fresh = classifier.equals("cRT");
    Head head = scales ? new LwsHead(LwsHead.Bias.GIVEN) : LinearHead.standard();
    try (Network second = network(head, 2)) {
      PretrainedWeights.of(first, "stage 1").transfer(second);
      if (fresh) {
        second.reinitializeHead(3);
      }
      equal(
          classifier + " backbone",
          want.path("backbone_equal").asBoolean(),
          same(first, second, false));
      equal(
          classifier + " head",
          want.path("classifier_equal").asBoolean(),
          same(first, second, true));
      List<String> trained = new ArrayList<>();
      for (ParameterBlock block : second.layout()) {
        if (block.trainable() && (block.head() || !(scales || fresh))) {
          trained.add(block.head() ? block.name() : "backbone." + block.name());
        }
      }
      equal(classifier + " trained", want.path("n_trainable").asInt(), trained.size());
      for (int i = 0; i < want.path("trainable").size(); i++) {
        String name = want.path("trainable").get(i).asText();
        if (!name.equals("...")) {
          equal(classifier + " trains", name, trained.get(i));
        }
      }
    }
  }

  private static Network network(Head head, long seed) {
    return Network.create(
        new Architecture(Resnet32.standard(), head, 10, 32, 32), DataType.FLOAT, seed);
  }

  /** Whether the first network's backbone or classifier is that of the second. */
  private static boolean same(Network first, Network second, boolean head) {
    for (ParameterBlock block : first.layout()) {
      if (block.head() == head) {
        String name = block.name();
        ParameterBlock other =
            second.layout().stream()
                .filter(b -> b.name().replace(".fc.", ".").equals(name))
                .findFirst()
                .orElseThrow();
        if (!part(first, block).equals(part(second, other))) {
          return false;
        }
      }
    }
    return true;
  }

  private static INDArray part(Network network, ParameterBlock block) {
    return network
        .parameters()
        .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
  }

  private static void equal(String what, Object want, Object got) {
    if (!want.equals(got)) {
      throw new AssertionError("%s: got %s, want %s".formatted(what, got, want));
    }
  }
}
