package longtail.nn;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.kernel.Profile;
import longtail.nn.kernel.ProfiledKernels;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network as learning methods see it: features and logits out, their gradients in, parameters and
 * gradients as flat vectors.
 *
 * <p>It walks the graph itself, on arrays that it keeps and re-uses: once a batch size has been
 * seen, a step allocates nothing. One thread at a time may use a network; different networks may
 * run in different threads at once.
 */
public final class Network implements AutoCloseable {
  private static final int KEPT_PASSES = 6;

  private final ComputationGraph graph;
  private final Program program;
  private final DataType type;
  private final INDArray parameters;
  private final INDArray gradients;
  private Kernels kernels;
  private final Arena arena;
  private final Map<PassKey, Pass> passes = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<MixingPlace, MixingOperator> mixers = new EnumMap<>(MixingPlace.class);
  private Optional<FrozenNorm> frozen = Optional.empty();
  private Pass last;
  private PassKey lastKey;
  private Stage stage = Stage.IDLE;

  /** What the intermediate arrays hold. */
  private enum Stage {
    IDLE,
    ACTIVATIONS,
    GRADIENTS
  }

  private Network(ComputationGraph graph) {
    this.graph = graph;
    program = Program.of(graph);
    graph.initGradientsView();
    parameters = graph.params().reshape('c', new long[] {graph.numParams()});
    gradients = graph.getFlattenedGradients().reshape('c', new long[] {graph.numParams()});
    type = parameters.dataType();
    kernels = Kernels.of(type);
    arena = new Arena(type);
  }

  /** A fresh network; equal arguments give equal parameters. */
  public static Network create(Architecture architecture, DataType type, long seed) {
    return new Network(ResidualGraph.build(architecture, type, seed));
  }

  /**
   * The network of an initialised graph of this package's layers; both share the parameters.
   *
   * @throws LongTailException if the graph has other layers
   */
  public static Network of(ComputationGraph graph) {
    return new Network(graph);
  }

  /**
   * Reads what {@link #save} wrote; {@code in} stays open.
   *
   * @throws LongTailException if it is not the zip of such a network
   */
  public static Network load(InputStream in) throws IOException {
    try {
      return new Network(ModelSerializer.restoreComputationGraph(in, false));
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "Cannot read the network: not a model zip written by this program (%s)"
              .formatted(e.getMessage()),
          e);
    }
  }

  /** Writes a model zip of Deeplearning4j's {@code ModelSerializer}; {@code out} stays open. */
  public void save(OutputStream out) throws IOException {
    ModelSerializer.writeModel(graph, out, false);
  }

  /**
   * Features and logits of a batch.
   *
   * @param images {@code [batch, height, width, 3]}; must not change before the backward pass
   */
  public Activations forward(INDArray images, Mode mode) {
    return forward(images, mode, Optional.empty());
  }

  /**
   * Features and logits of a batch whose samples are mixed on the way; the backward pass sends the
   * gradients through the transposed map.
   *
   * @param images {@code [batch, height, width, 3]}; must not change before the backward pass
   * @param mixing where and how; empty for not at all
   * @throws LongTailException if the network has no such place
   */
  public Activations forward(INDArray images, Mode mode, Optional<Mixing> mixing) {
    Optional<MixingPlace> place = mixing.map(Mixing::place);
    PassKey key = new PassKey(MapShape.of(images.shape()), mode, frozen, place);
    mixing.ifPresent(
        given ->
            mixers.computeIfAbsent(given.place(), p -> new MixingOperator()).mixBy(given.map()));
    last = pass(key);
    lastKey = key;
    stage = mode == Mode.EVAL ? Stage.IDLE : Stage.ACTIVATIONS;
    return last.forward(ready(images));
  }

  private Pass pass(PassKey key) {
    Pass known = passes.get(key);
    if (known != null) {
      return known;
    }
    Program way = key.mixed().map(place -> program.mixed(place, mixers.get(place))).orElse(program);
    Pass pass = new Pass(way, key, kernels);
    if (arena.tooSmallFor(pass.slotLengths())) {
      forget();
    } else if (passes.size() >= KEPT_PASSES) {
      passes.remove(passes.keySet().iterator().next()).close();
    }
    pass.bind(arena.slots(pass.slotLengths()));
    passes.put(key, pass);
    return pass;
  }

  private void forget() {
    passes.values().forEach(Pass::close);
    passes.clear();
    last = null;
    stage = Stage.IDLE;
  }

  private INDArray ready(INDArray array) {
    return Contiguous.of(array.dataType() == type ? array : array.castTo(type));
  }

  /**
   * Fills {@link #gradients()} from the gradient at the logits, {@code [batch, classes]}, for the
   * last forward pass, whose intermediate arrays it uses up.
   *
   * @throws IllegalStateException if there was no forward pass since the last backward one, or one
   *     in {@link Mode#EVAL}
   */
  public void backward(INDArray gradLogits) {
    backward(null, gradLogits);
  }

  /**
   * Fills {@link #gradients()} from the gradients at the features, {@code [batch, width]}, and at
   * the logits; either may be null for zero.
   */
  public void backward(INDArray gradFeatures, INDArray gradLogits) {
    backward(gradFeatures, gradLogits, Map.of());
  }

  /**
   * Fills {@link #gradients()} from the gradients at the features, at the logits and at the outputs
   * of the head's other layers.
   *
   * @param gradFeatures {@code [batch, width]} or null for zero
   * @param gradLogits {@code [batch, classes]} or null for zero
   * @param gradAuxiliary by the names of {@link Activations#auxiliary()}, in their shapes; a name
   *     that is missing stands for zero
   * @throws IllegalStateException if there was no forward pass since the last backward one, or one
   *     in {@link Mode#EVAL}
   */
  public void backward(
      INDArray gradFeatures, INDArray gradLogits, Map<String, INDArray> gradAuxiliary) {
    if (stage != Stage.ACTIVATIONS) {
      throw new IllegalStateException(
          "a backward pass needs a forward pass of its own, in a mode other than EVAL");
    }
    Program way = last.program();
    long batch = lastKey.images().batch();
    Map<Integer, INDArray> given = new HashMap<>();
    INDArray atLogits = gradLogits == null ? zeros(batch, classes()) : ready(gradLogits);
    check("logits", atLogits, batch, classes());
    given.put(way.logits(), atLogits);
    if (gradFeatures != null) {
      check("features", gradFeatures, batch, featureWidth());
      given.put(way.features(), ready(gradFeatures));
    }
    gradAuxiliary.forEach(
        (name, gradient) -> {
          int value = way.auxiliary(name);
          check(name, gradient, last.shape(value));
          given.put(value, ready(gradient));
        });
    for (int value : way.auxiliary().values()) {
      given.computeIfAbsent(value, v -> zeros(last.shape(v)));
    }
    stage = Stage.GRADIENTS;
    last.backward(given);
  }

  private INDArray zeros(long... shape) {
    return Nd4j.zeros(type, shape);
  }

  private static void check(String what, INDArray gradient, long... shape) {
    if (!Arrays.equals(gradient.shape(), shape)) {
      throw new IllegalArgumentException(
          "the gradient at the %s must be %s, was %s"
              .formatted(what, Arrays.toString(shape), Arrays.toString(gradient.shape())));
    }
  }

  /**
   * The gradient at the images, a new array of their shape; right after a backward pass through the
   * whole network.
   */
  public INDArray imageGradient() {
    if (stage != Stage.GRADIENTS || frozen.isPresent()) {
      throw new IllegalStateException("the gradient at the images needs a backward pass to them");
    }
    INDArray gradient = Nd4j.createUninitializedDetached(type, lastKey.images().toArray());
    last.imageGradient(gradient);
    return gradient;
  }

  /**
   * The output of a vertex in the last forward pass, valid until the next backward or forward pass.
   *
   * @param vertex name of a layer or block, such as {@code layer1.4}
   * @throws IllegalStateException if the pass did not keep it; {@link Mode#EVAL} keeps none
   */
  public INDArray activation(String vertex) {
    if (stage != Stage.ACTIVATIONS) {
      throw new IllegalStateException(
          "activations need a forward pass right before, in a mode other than EVAL");
    }
    return last.activation(vertex);
  }

  /** The live parameters, {@code [P]}; running statistics included, the layout tells which. */
  public INDArray parameters() {
    return parameters;
  }

  /** The live gradients, {@code [P]}, laid out as the parameters; statistics have zeros. */
  public INDArray gradients() {
    return gradients;
  }

  /** The parameter blocks in the order of the papers' checkpoints. */
  public List<ParameterBlock> layout() {
    return program.layout();
  }

  /** From now on the backward pass stops at the head; other gradients are zero. */
  public void freezeBackbone(FrozenNorm norm) {
    frozen = Optional.of(norm);
    gradients.assign(0);
    forget();
  }

  /** Undoes {@link #freezeBackbone}. */
  public void unfreeze() {
    frozen = Optional.empty();
    forget();
  }

  /** Gives the head fresh parameters, drawn as those of a fresh network with this seed. */
  public void reinitializeHead(long seed) {
    for (Program.Step step : program.steps()) {
      if (step.operator().head()) {
        ((OperatorLayer<?>) step.operator()).reinitialize(seed);
      }
    }
  }

  /** The Deeplearning4j graph that holds the parameters. */
  public ComputationGraph graph() {
    return graph;
  }

  /** Number of features. */
  public int featureWidth() {
    return Math.toIntExact(classifier().getNIn());
  }

  /** Number of classes. */
  public int classes() {
    return Math.toIntExact(classifier().getNOut());
  }

  /** Whether the logits are {@code W f + b} with a weight and a bias that learn. */
  public boolean linearClassifier() {
    return classifier() instanceof Linear;
  }

  private FeedForwardLayer classifier() {
    Operator classifier = program.steps().get(program.classifier()).operator();
    return ((OperatorLayer<?>) classifier).layerConf();
  }

  /** Element type of parameters and activations. */
  public DataType type() {
    return type;
  }

  /** Name of the kernels that compute, {@code onednn} or {@code nd4j}. */
  public String kernels() {
    return kernels.name();
  }

  /** From now on writes down in {@code profile} how long the kernels take. */
  public void profile(Profile profile) {
    forget();
    kernels = ProfiledKernels.of(kernels, profile);
  }

  /** Releases buffers and kernels; the parameters stay with the graph. */
  @Override
  public void close() {
    forget();
    arena.close();
  }
}
