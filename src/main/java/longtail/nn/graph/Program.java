package longtail.nn.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.layer.Branch;
import longtail.nn.layer.BranchFeatures;
import longtail.nn.layer.Dropout;
import longtail.nn.layer.GlobalAveragePool;
import longtail.nn.layer.MixingOperator;
import longtail.nn.layer.Operator;
import longtail.nn.layer.OperatorLayer;
import longtail.nn.layer.OperatorVertex;
import longtail.nn.layer.Parameterized;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.util.GraphIndices;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;

/**
 * A graph as a list of steps in the order of computation. Value 0 is the batch of images, value
 * {@code i + 1} the output of step {@code i}.
 *
 * @param steps the steps
 * @param layout the parameter blocks in the order of the papers' checkpoints
 */
public record Program(List<Step> steps, List<ParameterBlock> layout) {
  private static final int BEHIND_THE_HEAD = -1;

  /**
   * One step.
   *
   * @param name name of the vertex
   * @param operator what it computes
   * @param inputs the values that it reads
   */
  public record Step(String name, Operator operator, int[] inputs) {}

  /** Where the parameters of a step lie in the flat vectors; of length 0 if it has none. */
  public record Parameters(long offset, long length) {}

  public static Program of(ComputationGraph graph) {
    return new Program(steps(graph), layout(graph));
  }

  private static List<Step> steps(ComputationGraph graph) {
    Map<Integer, Integer> valueOfVertex = new HashMap<>();
    List<Step> steps = new ArrayList<>();
    for (int index : graph.topologicalSortOrder()) {
      org.deeplearning4j.nn.graph.vertex.GraphVertex vertex = graph.getVertices()[index];
      if (vertex.isInputVertex()) {
        valueOfVertex.put(index, 0);
        continue;
      }
      int[] inputs =
          Arrays.stream(vertex.getInputVertices())
              .mapToInt(VertexIndices::getVertexIndex)
              .map(i -> valueOfVertex.getOrDefault(i, BEHIND_THE_HEAD))
              .toArray();
      Optional<Operator> operator = operator(vertex);
      if (operator.isPresent()) {
        steps.add(new Step(vertex.getVertexName(), operator.get(), inputs));
        valueOfVertex.put(index, steps.size());
      } else if (Arrays.stream(inputs).anyMatch(v -> !behindTheHead(steps, v))) {
        throw new LongTailException(
            ErrorCode.CONFIG,
            "Cannot use the graph as a network: vertex %s (%s) is not a layer of longtail.nn; build the graph with Network.create"
                .formatted(vertex.getVertexName(), vertex.getClass().getSimpleName()));
      }
    }
    return List.copyOf(steps);
  }

  /** What stands behind the classifier, such as a loss layer, is Deeplearning4j's business. */
  private static boolean behindTheHead(List<Step> steps, int value) {
    return value == BEHIND_THE_HEAD || (value > 0 && steps.get(value - 1).operator().head());
  }

  private static Optional<Operator> operator(
      org.deeplearning4j.nn.graph.vertex.GraphVertex vertex) {
    if (vertex instanceof OperatorVertex ours) {
      return Optional.of(ours.operator());
    }
    return vertex.getLayer() instanceof Operator ours ? Optional.of(ours) : Optional.empty();
  }

  /** The parameter blocks of a graph, initialised or not, in the order of the checkpoints. */
  public static List<ParameterBlock> layout(ComputationGraph graph) {
    Map<String, GraphVertex> vertices = graph.getConfiguration().getVertices();
    GraphIndices indices = graph.calculateIndices();
    Map<String, Long> offsets = new HashMap<>();
    long offset = 0;
    for (int index : indices.getTopologicalSortOrder()) {
      String name = indices.getIdxToName().get(index);
      offsets.put(name, offset);
      offset += tensors(vertices.get(name)).stream().mapToLong(Parameterized.Tensor::length).sum();
    }
    List<ParameterBlock> blocks = new ArrayList<>();
    for (Map.Entry<String, GraphVertex> vertex : vertices.entrySet()) {
      long start = offsets.get(vertex.getKey());
      for (Parameterized.Tensor tensor : tensors(vertex.getValue())) {
        blocks.add(
            new ParameterBlock(
                vertex.getKey() + "." + tensor.suffix(), start, tensor.shape(), tensor.role()));
        start += tensor.length();
      }
    }
    blocks.sort(Comparator.comparing(ParameterBlock::head));
    return List.copyOf(blocks);
  }

  private static List<Parameterized.Tensor> tensors(GraphVertex vertex) {
    return vertex instanceof LayerVertex layer
            && layer.getLayerConf().getLayer() instanceof Parameterized parameterized
        ? parameterized.tensors()
        : List.of();
  }

  /** Index of the step that is the classifier. */
  public int classifier() {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).operator().classifier()) {
        return i;
      }
    }
    throw new LongTailException(
        ErrorCode.CONFIG, "Cannot use the graph as a network: it has no classifier (Linear)");
  }

  /** The configuration of the classifier. */
  public FeedForwardLayer classifierLayer() {
    return ((OperatorLayer<?>) steps.get(classifier()).operator()).layerConf();
  }

  /** Where the parameters of {@code step} lie. */
  public Parameters parameters(Step step) {
    if (!(step.operator() instanceof OperatorLayer<?> layer)) {
      return new Parameters(0, 0);
    }
    String first =
        step.name() + "." + ((Parameterized) layer.layerConf()).tensors().get(0).suffix();
    long offset =
        layout.stream()
            .filter(block -> block.name().equals(first))
            .findFirst()
            .orElseThrow()
            .offset();
    return new Parameters(offset, layer.parameterLength());
  }

  /** The layers of the head. */
  public List<OperatorLayer<?>> head() {
    List<OperatorLayer<?>> layers = new ArrayList<>();
    for (Step step : steps) {
      if (step.operator() instanceof OperatorLayer<?> layer && layer.head()) {
        layers.add(layer);
      }
    }
    return layers;
  }

  /** The value that holds the features. */
  public int features() {
    return steps.get(classifier()).inputs()[0];
  }

  /** The value that holds the feature map whose mean are the features; empty if there is none. */
  public Optional<Integer> featureMap() {
    Step last = steps.get(features() - 1);
    return last.operator() instanceof GlobalAveragePool
        ? Optional.of(last.inputs()[0])
        : Optional.empty();
  }

  /** The value that holds the logits. */
  public int logits() {
    int value = classifier() + 1;
    boolean mixed = value < steps.size() && steps.get(value).operator() instanceof MixingOperator;
    return mixed ? value + 1 : value;
  }

  /** The value that the head's layer {@code name} beside the classifier gives. */
  public int auxiliary(String name) {
    Map<String, Integer> values = auxiliary();
    if (!values.containsKey(name)) {
      throw new IllegalArgumentException(
          "the head has no output %s beside the logits, only %s".formatted(name, values.keySet()));
    }
    return values.get(name);
  }

  /** The values that the head's other layers give, by the names of these. */
  public Map<String, Integer> auxiliary() {
    Map<String, Integer> values = new LinkedHashMap<>();
    for (int i = 0; i < steps.size(); i++) {
      Operator operator = steps.get(i).operator();
      if (operator.head() && !operator.classifier()) {
        values.put(steps.get(i).name(), i + 1);
      }
    }
    return values;
  }

  /** The values that the caller sees: the features and all that the head gives. */
  public Set<Integer> results() {
    Set<Integer> values = new TreeSet<>(auxiliary().values());
    values.add(features());
    values.add(logits());
    return values;
  }

  /** Whether step {@code i} reads {@code value}. */
  public boolean reads(int i, int value) {
    return Arrays.stream(steps.get(i).inputs()).anyMatch(v -> v == value);
  }

  /** Whether step {@code i} alone reads {@code value}, once, and no caller sees it. */
  public boolean onlyReads(int i, int value) {
    for (int other = 0; other < steps.size(); other++) {
      long times = Arrays.stream(steps.get(other).inputs()).filter(v -> v == value).count();
      if (times > (other == i ? 1 : 0)) {
        return false;
      }
    }
    return !results().contains(value) && !featureMap().equals(Optional.of(value));
  }

  /**
   * This program with {@code operator} on the output of {@code place}, which nothing else reads any
   * more.
   */
  public Program mixed(MixingPlace place, MixingOperator operator) {
    return followed(value(place), "mixing", operator);
  }

  /** This program with {@code operator} on the features, which nothing else reads any more. */
  public Program dropping(Dropout operator) {
    return followed(features(), "dropout", operator);
  }

  private Program followed(int value, String name, Operator operator) {
    List<Step> followed = new ArrayList<>(steps);
    for (int i = value; i < steps.size(); i++) {
      Step step = steps.get(i);
      int[] inputs = Arrays.stream(step.inputs()).map(v -> v >= value ? v + 1 : v).toArray();
      followed.set(i, new Step(step.name(), step.operator(), inputs));
    }
    followed.add(value, new Step(name, operator, new int[] {value}));
    return new Program(List.copyOf(followed), layout);
  }

  /**
   * This program without the branch beside {@code branch}, whose features are zero then.
   *
   * @throws LongTailException (CONFIG) if the backbone has no branches
   */
  public Program along(Branch branch) {
    if (steps.stream().noneMatch(step -> branch.owns(step.name()))) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot compute one branch: the backbone has none; set model.backbone: {type: bilateral, trunk: ...}");
    }
    int[] values = new int[steps.size() + 1];
    List<Step> kept = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (branch.other().owns(step.name())) {
        values[i + 1] = BEHIND_THE_HEAD;
        continue;
      }
      boolean joins = step.operator() instanceof BranchFeatures;
      kept.add(
          new Step(
              step.name(),
              joins ? BranchFeatures.of(branch) : step.operator(),
              Arrays.stream(step.inputs()).map(v -> values[v]).filter(v -> v >= 0).toArray()));
      values[i + 1] = kept.size();
    }
    return new Program(List.copyOf(kept), layout);
  }

  /**
   * This program with one step in place of each convolution, the batch normalisation behind it and
   * what follows that, as an evaluated network may compute it.
   */
  public Program folded() {
    return Folding.fold(this);
  }

  private int value(MixingPlace place) {
    return switch (place) {
      case POOL -> features();
      case FC -> logits();
      case LAYER1, LAYER2, LAYER3, LAYER4 -> lastBlock(place);
    };
  }

  /** The output of the last block of a stage. */
  private int lastBlock(MixingPlace stage) {
    Pattern block = Pattern.compile(stage.name().toLowerCase(Locale.ROOT) + "\\.\\d+");
    for (int i = steps.size(); i > 0; i--) {
      if (block.matcher(steps.get(i - 1).name()).matches()) {
        return i;
      }
    }
    throw new LongTailException(
        ErrorCode.CONFIG,
        "Cannot mix at %s: the backbone has no such stage; choose a place that it has"
            .formatted(stage.name().toLowerCase(Locale.ROOT)));
  }
}
