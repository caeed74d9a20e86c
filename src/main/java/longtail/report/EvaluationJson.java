package longtail.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import longtail.dataset.Shots;
import longtail.eval.ClassAccuracies;
import longtail.eval.ClassResult;
import longtail.eval.OpenSetResult;
import longtail.eval.Reliability;
import longtail.eval.ReliabilityBin;
import longtail.eval.TestDistribution;

/** The text of {@code evaluation.json}; figures that are not known are null. */
final class EvaluationJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private EvaluationJson() {}

  /** The text; a class without test images has the accuracy null. */
  static String write(EvaluationSummary summary) {
    ObjectNode root = JSON.createObjectNode();
    root.put("name", summary.name());
    root.put("top1", summary.top1());
    root.put("top5", summary.top5());
    ArrayNode topK = root.putArray("top_k");
    summary.topK().forEach(topK::add);
    root.put("mean_class_accuracy", summary.meanClassAccuracy());
    putClassFigures(root, summary);
    root.put("many", summary.many());
    root.put("medium", summary.medium());
    root.put("few", summary.few());
    root.put("macro_f1", summary.macroF1());
    root.put("nll", known(summary.negativeLogLikelihood()));
    root.put("ece", known(summary.calibrationError()));
    root.put("samples", summary.samples());
    summary.openSet().ifPresent(result -> putOpenSet(root.putObject("open_set"), result));
    ObjectNode tested = root.putObject("tested_classes");
    for (Shots.Group group : Shots.Group.values()) {
      tested.put(key(group), summary.tested(group));
    }
    ObjectNode facts = root.putObject("facts");
    summary.facts().forEach(facts::put);
    putTestDistributions(root.putArray("test_distributions"), summary.classAccuracies());
    putBins(root.putArray("reliability"), summary.reliability());
    putClasses(root.putArray("per_class"), summary);
    return root.toPrettyString() + "\n";
  }

  private static void putClassFigures(ObjectNode root, EvaluationSummary summary) {
    ClassAccuracies accuracies = summary.classAccuracies();
    root.put("harmonic_mean", accuracies.harmonicMean());
    root.put("geometric_mean", accuracies.geometricMean());
    root.put("classes_never_recognised", accuracies.neverRecognised());
    ObjectNode worst = root.putObject("worst_class");
    accuracies
        .worst()
        .ifPresent(
            result ->
                worst
                    .put("class", result.label())
                    .put("name", summary.classNames().get(result.label()))
                    .put("accuracy", result.accuracy()));
  }

  private static void putOpenSet(ObjectNode node, OpenSetResult result) {
    node.put("threshold", result.threshold())
        .put("samples", result.samples())
        .put("f_measure", result.fMeasure())
        .put("precision", result.precision())
        .put("recall", result.recall())
        .put("unknown_accuracy", result.unknownAccuracy())
        .put("known_accuracy", result.knownAccuracy());
  }

  private static Optional<OpenSetResult> openSet(JsonNode node) {
    return Optional.of(node)
        .filter(JsonNode::isObject)
        .map(
            all ->
                new OpenSetResult(
                    all.path("threshold").asDouble(),
                    all.path("samples").asInt(),
                    all.path("f_measure").asDouble(),
                    all.path("precision").asDouble(),
                    all.path("recall").asDouble(),
                    all.path("unknown_accuracy").asDouble(),
                    all.path("known_accuracy").asDouble()));
  }

  private static void putTestDistributions(ArrayNode all, ClassAccuracies accuracies) {
    for (TestDistribution distribution : TestDistribution.ALL) {
      all.addObject()
          .put("direction", distribution.direction().key())
          .put("ratio", distribution.ratio())
          .put("accuracy", accuracies.under(distribution));
    }
  }

  private static void putBins(ArrayNode all, Reliability reliability) {
    for (int i = 0; i < reliability.bins().size(); i++) {
      ReliabilityBin bin = reliability.bins().get(i);
      all.addObject()
          .put("from", (double) i / Reliability.BINS)
          .put("to", (i + 1.0) / Reliability.BINS)
          .put("count", bin.samples())
          .put("correct", bin.correct())
          .put("confidence", known(bin.confidence()))
          .put("accuracy", known(bin.accuracy()));
    }
  }

  private static void putClasses(ArrayNode all, EvaluationSummary summary) {
    for (ClassResult result : summary.classes()) {
      ObjectNode node = all.addObject();
      node.put("class", result.label());
      node.put("name", summary.classNames().get(result.label()));
      node.put("group", key(result.group()));
      node.put("training", result.training());
      node.put("test", result.test());
      node.put("correct", result.correct());
      node.put("accuracy", known(result.accuracy()));
    }
  }

  /**
   * Reads what {@link #write} wrote, or an earlier version of it.
   *
   * @throws IOException if it is damaged
   */
  static EvaluationSummary read(byte[] json) throws IOException {
    try {
      return summary(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IOException(
          "it is damaged: " + e.getOriginalMessage().lines().findFirst().orElse(""), e);
    } catch (IllegalArgumentException e) {
      throw new IOException("it is damaged: " + e.getMessage(), e);
    }
  }

  private static EvaluationSummary summary(JsonNode root) {
    if (root.path("per_class").isEmpty() || !root.path("top1").isNumber()) {
      throw new IllegalArgumentException("it has no per_class or no top1");
    }
    Map<String, String> facts = new LinkedHashMap<>();
    root.path("facts").fields().forEachRemaining(f -> facts.put(f.getKey(), f.getValue().asText()));
    List<String> names = new ArrayList<>();
    List<ClassResult> classes = new ArrayList<>();
    for (JsonNode node : root.path("per_class")) {
      names.add(node.path("name").asText());
      classes.add(
          new ClassResult(
              node.path("class").asInt(),
              Shots.Group.valueOf(node.path("group").asText().toUpperCase(Locale.ROOT)),
              node.path("training").asInt(),
              node.path("test").asInt(),
              node.path("correct").asInt()));
    }
    return new EvaluationSummary(
        root.path("name").asText(),
        facts,
        root.path("samples").asInt(),
        root.path("top1").asDouble(),
        root.path("top5").asDouble(),
        figures(root.path("top_k")),
        root.path("mean_class_accuracy").asDouble(),
        root.path("many").asDouble(),
        root.path("medium").asDouble(),
        root.path("few").asDouble(),
        root.path("macro_f1").asDouble(),
        figure(root.path("nll")),
        figure(root.path("ece")),
        reliability(root.path("reliability")),
        openSet(root.path("open_set")),
        names,
        classes);
  }

  private static Reliability reliability(JsonNode nodes) {
    List<ReliabilityBin> bins = new ArrayList<>();
    for (JsonNode node : nodes) {
      bins.add(
          new ReliabilityBin(
              node.path("count").asInt(),
              node.path("correct").asInt(),
              figure(node.path("confidence"))));
    }
    return new Reliability(bins);
  }

  private static List<Double> figures(JsonNode nodes) {
    List<Double> figures = new ArrayList<>();
    nodes.forEach(node -> figures.add(node.asDouble()));
    return figures;
  }

  private static double figure(JsonNode node) {
    return node.isNumber() ? node.asDouble() : Double.NaN;
  }

  private static Double known(double figure) {
    return Double.isNaN(figure) ? null : (Double) figure;
  }

  private static String key(Shots.Group group) {
    return group.key();
  }
}
