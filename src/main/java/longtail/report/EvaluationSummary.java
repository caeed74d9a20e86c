package longtail.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import longtail.dataset.Shots;
import longtail.eval.ClassResult;
import longtail.eval.Evaluation;

/**
 * What {@code evaluation.json} holds: the figures of an evaluation, all as fractions, and what it
 * was made of.
 *
 * @param name of the model in tables
 * @param facts where the model and the data came from, in order
 * @param samples number of test images
 * @param top1 fraction whose class is the prediction
 * @param top5 fraction whose class is among the five best
 * @param meanClassAccuracy mean accuracy of the tested classes
 * @param many mean accuracy of the classes with many training images, 0 if there are none
 * @param medium of those in between
 * @param few of those with few
 * @param macroF1 mean F1 of the classes
 * @param calibrationError expected calibration error over 15 bins; NaN if it is not known
 * @param classNames names, {@code [classes]}
 * @param classes result on each class, {@code [classes]}
 */
public record EvaluationSummary(
    String name,
    Map<String, String> facts,
    int samples,
    double top1,
    double top5,
    double meanClassAccuracy,
    double many,
    double medium,
    double few,
    double macroF1,
    double calibrationError,
    List<String> classNames,
    List<ClassResult> classes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Checks that every class has a name. */
  public EvaluationSummary {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    classNames = List.copyOf(classNames);
    classes = List.copyOf(classes);
    if (classNames.size() != classes.size()) {
      throw new IllegalArgumentException(
          "each class needs a name, there are %d classes and %d names"
              .formatted(classes.size(), classNames.size()));
    }
  }

  /** The figures of {@code evaluation}. */
  public static EvaluationSummary of(
      String name, Map<String, String> facts, List<String> classNames, Evaluation evaluation) {
    return new EvaluationSummary(
        name,
        facts,
        evaluation.samples(),
        evaluation.top1(),
        evaluation.top5(),
        evaluation.meanClassAccuracy(),
        evaluation.many(),
        evaluation.medium(),
        evaluation.few(),
        evaluation.macroF1(),
        evaluation.calibrationError(),
        classNames,
        evaluation.classes());
  }

  /** Accuracy of a group. */
  public double accuracy(Shots.Group group) {
    return switch (group) {
      case MANY -> many;
      case MEDIUM -> medium;
      case FEW -> few;
    };
  }

  /** Number of tested classes of a group. */
  public int tested(Shots.Group group) {
    return (int) classes.stream().filter(c -> c.tested() && c.group() == group).count();
  }

  /** Classes by training images, most first. */
  List<ClassResult> headToTail() {
    List<ClassResult> sorted = new ArrayList<>(classes);
    sorted.sort(
        Comparator.comparingInt((ClassResult c) -> -c.training())
            .thenComparingInt(ClassResult::label));
    return sorted;
  }

  /** The JSON text; a class without test images has the accuracy null. */
  String toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("name", name);
    root.put("top1", top1);
    root.put("top5", top5);
    root.put("mean_class_accuracy", meanClassAccuracy);
    root.put("many", many);
    root.put("medium", medium);
    root.put("few", few);
    root.put("macro_f1", macroF1);
    root.put("ece", Double.isNaN(calibrationError) ? null : (Double) calibrationError);
    root.put("samples", samples);
    ObjectNode tested = root.putObject("tested_classes");
    for (Shots.Group group : Shots.Group.values()) {
      tested.put(group.name().toLowerCase(Locale.ROOT), tested(group));
    }
    ObjectNode factNode = root.putObject("facts");
    facts.forEach(factNode::put);
    ArrayNode perClass = root.putArray("per_class");
    for (ClassResult result : classes) {
      ObjectNode node = perClass.addObject();
      node.put("class", result.label());
      node.put("name", classNames.get(result.label()));
      node.put("group", result.group().name().toLowerCase(Locale.ROOT));
      node.put("training", result.training());
      node.put("test", result.test());
      node.put("correct", result.correct());
      node.put("accuracy", result.tested() ? (Double) result.accuracy() : null);
    }
    return root.toPrettyString() + "\n";
  }

  /** Reads the JSON text of {@link #toJson}. */
  static EvaluationSummary fromJson(byte[] json) throws IOException {
    JsonNode root = JSON.readTree(json);
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
        root.path("mean_class_accuracy").asDouble(),
        root.path("many").asDouble(),
        root.path("medium").asDouble(),
        root.path("few").asDouble(),
        root.path("macro_f1").asDouble(),
        root.path("ece").isNumber() ? root.path("ece").asDouble() : Double.NaN,
        names,
        classes);
  }
}
