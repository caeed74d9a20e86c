package longtail.nn.head;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.loss.CrossEntropy;
import longtail.loss.LossValue;
import longtail.optim.Sgd;
import longtail.optim.Span;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Classifiers alone: logits and gradients of a given linear function of them. */
public final class HeadGolden implements GoldenCheck {
  private static final String CLASSIFIER = "classifier";

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "head_*")
        || golden.matches(Seed.METASAUG, "linear_norm*")
        || golden.matches(
            Seed.BALMS, "clf_dotproduct*", "clf_lws*", "clf_cosnorm*", "clf_metaembedding*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.name().startsWith("head_fcnorm_init")) {
      INDArray weight = golden.array("uniform");
      HeadRun.shortenColumns(weight);
      golden.check("weight", weight);
      return;
    }
    switch (golden.seed()) {
      case BOT -> bot(golden);
      case BALMS -> balms(golden);
      default -> metasaug(golden);
    }
  }

  private static void bot(GoldenCase golden) {
    if (golden.name().startsWith("head_fcnorm")) {
      HeadRun head =
          head(golden, new NormalizedHead(1), "x", Map.of("classifier.weight", "weight"));
      pass(golden, head, "x", "logits", "upstream", "grad_x");
      golden.check("grad_weight", head.gradient("classifier.weight"));
      return;
    }
    Map<String, String> names = new LinkedHashMap<>();
    names.put("classifier.scales", "scales");
    names.put("classifier.fc.weight", "weight");
    boolean biased = golden.params().path("bias").asBoolean();
    if (biased) {
      names.put("classifier.fc.bias", "bias");
    }
    HeadRun head =
        head(golden, new LwsHead(biased ? LwsHead.Bias.GIVEN : LwsHead.Bias.NONE), "x", names);
    pass(golden, head, "x", "logits", "upstream", "grad_x");
    onlyTheScalesLearn(head);
    golden.check("grad_scales", head.gradient("classifier.scales"));
  }

  private static void onlyTheScalesLearn(HeadRun head) {
    if (!head.learnt().equals(List.of("classifier.scales"))) {
      throw new AssertionError("what learns: " + head.learnt());
    }
  }

  private static void metasaug(GoldenCase golden) {
    INDArray weight = golden.array("weight").transpose().dup('c');
    HeadRun head =
        HeadRun.of(
            new NormalizedHead(1), (int) weight.size(1), (int) weight.size(0), DataType.DOUBLE);
    head.parameter("classifier.weight").assign(weight);
    pass(golden, head, "x", "y", "grad_out", "grad_x");
    golden.check("grad_weight", head.gradient("classifier.weight").transpose());
  }

  private static void balms(GoldenCase golden) {
    if (golden.name().startsWith("clf_lws")) {
      lws(golden);
    } else if (golden.name().startsWith("clf_metaembedding")) {
      metaEmbedding(golden);
    } else if (golden.name().startsWith("clf_dotproduct")) {
      HeadRun head =
          head(
              golden,
              LinearHead.standard(),
              "x",
              Map.of("classifier.weight", "W", "classifier.bias", "b"));
      pass(golden, head, "x", "logits", "R", "grad_x");
      golden.check("grad_W", head.gradient("classifier.weight"));
      golden.check("grad_b", head.gradient("classifier.bias"));
    } else {
      double scale = golden.params().path("scale").asDouble();
      HeadRun head = head(golden, new CosineHead(scale), "x", Map.of("classifier.weight", "W"));
      pass(golden, head, "x", "logits", "R", "grad_x");
      golden.check("grad_W", head.gradient("classifier.weight"));
    }
  }

  /** The centroids learn, to see their gradient. */
  private static void metaEmbedding(GoldenCase golden) {
    Map<String, String> names =
        Map.of(
            "W_hall", "classifier.fc_hallucinator.weight",
            "b_hall", "classifier.fc_hallucinator.bias",
            "W_sel", "classifier.fc_selector.weight",
            "b_sel", "classifier.fc_selector.bias",
            "W_cos", "classifier.cosnorm_classifier.weight",
            "centroids", "classifier.centroids");
    INDArray x = golden.array("x");
    HeadRun head =
        HeadRun.of(
            new MetaEmbeddingHead(
                golden.params().path("cos_scale").asDouble(),
                golden.params().path("reachability_scale").asDouble(),
                MetaEmbeddingHead.Memory.LEARNT),
            (int) x.size(1),
            (int) golden.array("centroids").size(0),
            DataType.DOUBLE);
    names.forEach((tensor, name) -> head.parameter(name).assign(golden.array(tensor)));
    golden.check("direct_feature", x);
    golden.check("infused_feature", head.infused(x));
    golden.check("reachability", head.reachability(x));
    pass(golden, head, "x", "logits", "R", "grad_x");
    names.forEach((tensor, name) -> golden.check("grad_" + tensor, head.gradient(name)));
  }

  /** A linear function of the logits, then a step of SGD on the cross-entropy. */
  private static void lws(GoldenCase golden) {
    HeadRun head =
        head(
            golden,
            new LwsHead(LwsHead.Bias.GIVEN),
            "x",
            Map.of(
                "classifier.scales", "scales",
                "classifier.fc.weight", "W",
                "classifier.fc.bias", "b"));
    INDArray logits = pass(golden, head, "x", "logits", "R", "grad_x");
    onlyTheScalesLearn(head);
    golden.check("grad_scales", head.gradient("classifier.scales"));
    int classes = (int) logits.size(1);
    int[] labels = IntStream.range(0, (int) logits.size(0)).map(i -> i % classes).toArray();
    LossValue loss =
        new CrossEntropy()
            .bind(ClassCounts.of(IntStream.range(0, classes).map(c -> 1).toArray()))
            .evaluate(logits, labels);
    golden.check("ce_loss", loss.value());
    head.forward(golden.array("x"));
    head.backward(Map.of(CLASSIFIER, loss.gradLogits()));
    INDArray scales = head.parameter("classifier.scales").dup();
    double rate = golden.params().path("lr").asDouble();
    new Sgd(
            rate,
            golden.params().path("momentum").asDouble(),
            false,
            golden.params().path("weight_decay").asDouble())
        .step(
            scales,
            head.gradient("classifier.scales"),
            Nd4j.zeros(DataType.DOUBLE, classes),
            rate,
            List.of(new Span(0, classes)),
            0);
    golden.check("scales_after", scales);
  }

  /** A head with the case's parameters; {@code names} gives their names in the case. */
  private static HeadRun head(
      GoldenCase golden, Head head, String features, Map<String, String> names) {
    INDArray weight =
        names.entrySet().stream()
            .filter(entry -> entry.getKey().endsWith("weight"))
            .map(entry -> golden.array(entry.getValue()))
            .findFirst()
            .orElseThrow();
    int width = (int) golden.array(features).size(1);
    HeadRun run = HeadRun.of(head, width, (int) weight.size(0), DataType.DOUBLE);
    names.forEach((name, tensor) -> run.parameter(name).assign(golden.array(tensor)));
    return run;
  }

  private static INDArray pass(
      GoldenCase golden,
      HeadRun head,
      String features,
      String logits,
      String upstream,
      String gradFeatures) {
    INDArray out = head.forward(golden.array(features)).get(CLASSIFIER);
    golden.check(logits, out);
    golden.check(gradFeatures, head.backward(Map.of(CLASSIFIER, golden.array(upstream))));
    return out;
  }
}
