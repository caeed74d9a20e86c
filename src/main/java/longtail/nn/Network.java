package longtail.nn;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.PassKey.Retention;
import longtail.nn.backbone.Bilateral;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ModelZip;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.graph.Program;
import longtail.nn.graph.ResidualGraph;
import longtail.nn.head.Linear;
import longtail.nn.kernel.Contiguous;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.kernel.MapShape;
import longtail.nn.kernel.Profile;
import longtail.nn.layer.Branch;
import longtail.nn.layer.Dropout;
import longtail.nn.layer.Mode;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network as learning methods see it: features and logits out, their gradients in, parameters and
 * gradients as flat vectors.
 *
 * <p>It walks the graph itself, on arrays that it keeps and re-uses: once a batch size has been
 * seen, a step allocates nothing. One thread at a time may use a network together with its twins
 * and views; different networks may run in different threads at once.
 *
 * <p>Only a forward pass in {@link Mode#TRAIN} moves running statistics, once, and those of the
 * parameters that it computes with: a {@link #twin} moves its own, a {@link #view} those that it
 * shares. Neither {@link #backward} nor {@link #tangent} touches them.
 */
public final class Network implements AutoCloseable {
  private final Program program;
  private final DataType type;
  private final NetworkVectors vectors;
  private final Passes passes;
  private final boolean borrowsPasses;
  private Optional<FrozenNorm> frozen = Optional.empty();
  private Retention retention = Retention.UNTIL_BACKWARD;

  private Network(ComputationGraph graph) {
    program = Program.of(graph);
    type = graph.params().dataType();
    passes = new Passes(program, type);
    vectors = NetworkVectors.of(graph, program, passes.kernels().memory());
    borrowsPasses = false;
  }

  private Network(Network other, NetworkVectors vectors, Passes passes) {
    program = other.program;
    type = other.type;
    frozen = other.frozen;
    this.vectors = vectors;
    this.passes = passes;
    borrowsPasses = passes == other.passes;
  }

  private static void requireRoom(Architecture architecture, DataType type) {
    double parameters = architecture.leastParameters();
    long most = Pointer.maxBytes();
    boolean fits = most <= 0 || 2 * parameters * type.width() <= most;
    if (!fits || parameters > Integer.MAX_VALUE - 8) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "A network of %.0f parameters does not fit into the %d MiB outside of the Java heap (org.bytedeco.javacpp.maxbytes); take a smaller one, or more memory"
              .formatted(parameters, most >> 20));
    }
  }

  /**
   * A fresh network; equal arguments give equal parameters.
   *
   * @throws LongTailException (CONFIG) if there is no memory for it
   */
  public static Network create(Architecture architecture, DataType type, long seed) {
    requireRoom(architecture, type);
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
   * @throws LongTailException (DATA) if it is not the zip of such a network
   */
  public static Network load(InputStream in) throws IOException {
    ComputationGraph graph = ModelZip.read(in);
    try {
      return new Network(graph);
    } catch (RuntimeException e) {
      throw ModelZip.unreadable(e);
    }
  }

  /**
   * Writes a model zip of Deeplearning4j's {@code ModelSerializer}; {@code out} stays open.
   *
   * @throws IllegalStateException for a twin, whose parameters no graph holds
   */
  public void save(OutputStream out) throws IOException {
    ModelZip.write(graph(), out);
  }

  /**
   * A network with a copy of these parameters, running statistics included, and gradients of its
   * own, that computes in this network's intermediate arrays: it costs two vectors {@code [P]}. A
   * forward pass of one ends what the other may do with its last one: no backward pass, tangent or
   * activation of that is possible any more, and {@link Activations} and {@link Tangent} are
   * overwritten. Freezing is taken over as it is now. Close it before this network.
   */
  public Network twin() {
    return new Network(this, vectors.twin(), passes);
  }

  /**
   * A network with the very parameters and gradients of this one and intermediate arrays of its
   * own, for a second batch (a second view of the images) while the first one's activations are
   * kept: each is normalised by itself, each may be followed by a backward pass. Its backward pass
   * adds to {@link #gradients()} where that of this network overwrites: one of this network, then
   * one of each view gives the gradient of the sum of the losses. Freezing is taken over as it is
   * now. Close it before this network.
   */
  public Network view() {
    return new Network(this, vectors.view(), passes.fresh());
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
    return forward(images, mode, mixing, Optional.empty());
  }

  /**
   * Features and logits of a batch by one branch of a {@link Bilateral} backbone; the features of
   * the other are zero, and a backward pass gives its parameters zero gradients. Running statistics
   * of the other branch stay.
   *
   * @param images {@code [batch, height, width, 3]}; must not change before the backward pass
   * @throws LongTailException if the backbone has no branches
   */
  public Activations forward(INDArray images, Mode mode, Branch branch) {
    return forward(images, mode, Optional.empty(), Optional.of(branch));
  }

  private Activations forward(
      INDArray images, Mode mode, Optional<Mixing> mixing, Optional<Branch> branch) {
    MapShape shape = MapShape.of(images.shape());
    INDArray batch = passes.images(Contiguous.of(images, type));
    if (mode == Mode.EVAL) {
      Inference inference = passes.inference(shape, mixing, branch, this);
      return vectors.using(() -> inference.forward(batch, parameters()));
    }
    PassKey key = new PassKey(shape, mode, frozen, mixing.map(Mixing::place), branch, retention);
    Pass pass = passes.forward(key, mixing, this);
    return vectors.using(() -> pass.forward(batch));
  }

  /**
   * The exact derivative of features and logits at the last forward pass while the parameters move
   * along {@code direction}, the batch statistics moving with them where the pass normalises by
   * them; images and running statistics rest, and so does a frozen backbone, whose tangents cost
   * nothing.
   *
   * <p>Feature maps must be of the parameters' type, see {@link #keepMapsIn}.
   *
   * <p>It leaves the forward pass's arrays and the gradients as they are: any number of tangents
   * and {@link #activation activations} may be asked for, then {@link #backward}, which ends it.
   *
   * @param direction {@code [P]}, laid out as {@link #parameters()} and like them in {@link
   *     #memory()}; what it says about running statistics is ignored
   * @throws IllegalStateException if there was no forward pass since the last backward one, or one
   *     in {@link Mode#EVAL}
   */
  public Tangent tangent(INDArray direction) {
    TangentPass tangent = passes.tangent(passes.activations(this, "a tangent"));
    INDArray vector = Contiguous.of("direction", direction, type, parameters().length());
    return vectors.along(vector, tangent::run);
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
   * The same; {@code listener} hears layer by layer, from the last to the first, which of them are
   * final. A layer that the pass does not reach is not mentioned.
   *
   * @throws IllegalStateException for a view too, which adds to the gradients in the end
   */
  public void backward(INDArray gradFeatures, INDArray gradLogits, GradientListener listener) {
    if (vectors.addsGradients()) {
      throw new IllegalStateException("the gradients of a view are final in the end only");
    }
    backward(gradFeatures, gradLogits, Map.of(), listener);
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
    backward(gradFeatures, gradLogits, gradAuxiliary, GradientListener.NONE);
  }

  private void backward(
      INDArray gradFeatures,
      INDArray gradLogits,
      Map<String, INDArray> gradAuxiliary,
      GradientListener listener) {
    Pass pass = passes.activations(this, "a backward pass");
    Map<Integer, INDArray> given =
        OutputGradients.of(pass, type, gradFeatures, gradLogits, gradAuxiliary);
    passes.useUp();
    if (pass.leavesABranch()) {
      // what an earlier pass wrote for the other branch is none of this one's gradient
      vectors.clearWritten();
    }
    vectors.doing(() -> pass.backward(given, listener));
    vectors.collect(passes.kernels());
  }

  /**
   * The gradient at the images, a new array of their shape; right after a backward pass through the
   * whole network.
   */
  public INDArray imageGradient() {
    Pass pass = passes.gradients(this, "the gradient at the images");
    if (frozen.isPresent()) {
      throw new IllegalStateException("a frozen backbone has no gradient at the images");
    }
    INDArray gradient = Nd4j.createUninitializedDetached(type, pass.shape(0));
    vectors.doing(() -> pass.imageGradient(gradient));
    return gradient;
  }

  /**
   * The output of a vertex in the last forward pass, valid until the next backward or forward pass.
   *
   * @param vertex name of a layer or block, such as {@code layer1.4}
   * @throws IllegalStateException if the pass did not keep it; {@link Mode#EVAL} keeps none
   */
  public INDArray activation(String vertex) {
    return ofType(passes.activations(this, "an activation").activation(vertex));
  }

  /**
   * The feature map of the last forward pass, in any mode, whose mean over the positions are the
   * features, {@code [batch, height, width, features]}; valid until the next pass.
   *
   * @throws LongTailException (CONFIG) if the features are something else
   */
  public INDArray featureMap() {
    return ofType(passes.featureMap(this));
  }

  private INDArray ofType(INDArray map) {
    return map.dataType() == type ? map : map.castTo(type);
  }

  /**
   * Whose memory {@link #parameters}, {@link #gradients} and {@link #tangent directions} are in:
   * only what it offers may be done to them. Images, activations and their gradients are on the
   * host.
   */
  public KernelMemory memory() {
    return vectors.memory();
  }

  /** The live parameters, {@code [P]}; running statistics included, the layout tells which. */
  public INDArray parameters() {
    return vectors.parameters();
  }

  /** The live gradients, {@code [P]}, laid out as the parameters; statistics have zeros. */
  public INDArray gradients() {
    return vectors.gradients();
  }

  /** The parameter blocks in the order of the papers' checkpoints. */
  public List<ParameterBlock> layout() {
    return program.layout();
  }

  /** From now on the backward pass stops at the head; other gradients are zero. */
  public void freezeBackbone(FrozenNorm norm) {
    frozen = Optional.of(norm);
    vectors.clearGradients();
    passes.forget();
  }

  /** Undoes {@link #freezeBackbone}. */
  public void unfreeze() {
    frozen = Optional.empty();
    passes.forget();
  }

  /**
   * From now on activations stay until the next forward pass, so that any number of backward passes
   * and tangents may follow one; their memory serves nothing else meanwhile. {@link #imageGradient}
   * is not available then.
   */
  public void retainActivations() {
    retention = Retention.UNTIL_FORWARD;
  }

  /** Undoes {@link #retainActivations}, for the forward passes to come. */
  public void releaseActivations() {
    retention = Retention.UNTIL_BACKWARD;
  }

  /** Gives the head fresh parameters, drawn as those of a fresh network with this seed. */
  public void reinitializeHead(long seed) {
    vectors.changing(() -> program.head().forEach(layer -> layer.reinitialize(seed)));
  }

  /**
   * The Deeplearning4j graph that holds the parameters.
   *
   * @throws IllegalStateException for a twin, whose parameters no graph holds
   */
  public ComputationGraph graph() {
    return vectors.graph();
  }

  /** Number of features. */
  public int featureWidth() {
    return Math.toIntExact(program.classifierLayer().getNIn());
  }

  /** Number of classes. */
  public int classes() {
    return Math.toIntExact(program.classifierLayer().getNOut());
  }

  /**
   * Height and width of the images that networks with this one's first convolution are published
   * with: 224 pixels for 7 x 7, 32 for 3 x 3.
   */
  public int publishedImageSize() {
    ParameterBlock first = layout().get(0);
    return first.shape()[2] > 3 ? 224 : 32;
  }

  /** Whether the logits are {@code W f + b} with a weight and a bias that learn. */
  public boolean linearClassifier() {
    return program.classifierLayer() instanceof Linear;
  }

  /** Element type of parameters and activations. */
  public DataType type() {
    return type;
  }

  /** Name of the kernels that compute, {@code onednn} or {@code nd4j}. */
  public String kernels() {
    return passes.kernels().name();
  }

  /**
   * From now on keeps feature maps and their gradients in numbers of {@code mapType}, and computes
   * with them; parameters, running statistics, features, logits and losses keep their {@link
   * #type}.
   *
   * @param mapType {@link #type} itself, or BFLOAT16 beside FLOAT
   * @throws LongTailException if the machine has no kernels for it
   */
  public void keepMapsIn(DataType mapType) {
    passes.keepMapsIn(mapType);
  }

  /**
   * From now on training passes drop such feature maps and compute them again on the way back, to
   * the same bits, except while {@linkplain #retainActivations activations are retained}; views
   * made later do so too. No {@link #tangent} is possible otherwise.
   */
  public void recompute(Recomputation which) {
    passes.recompute(which);
  }

  /** What training passes compute again. */
  public Recomputation recomputation() {
    return passes.recomputation();
  }

  /** From now on computes batch normalisations in {@link Mode#EVAL} so. */
  public void normalize(InferenceForm how) {
    passes.normalize(how);
  }

  /**
   * From now on batch normalisations take their statistics over the batches of all {@code workers},
   * which must do the same passes in the same order; views made later do so too. Gradients of
   * parameters stay this worker's.
   *
   * @throws LongTailException (CONFIG) if feature maps are kept in bfloat16
   */
  public void synchronize(Collective workers) {
    passes.synchronize(workers);
  }

  /**
   * From now on passes that a backward pass may follow set a share of the features of each image to
   * zero at random and raise the others by {@code 1 / (1 - share)} (dropout before the head); views
   * made later do so too. {@link #drawDropout} says which.
   *
   * @param share in (0, 1)
   */
  public void dropFeatures(double share) {
    passes.drop(new Dropout(share));
  }

  /**
   * Draws anew which features are dropped, in this network, its twins and its views; equal seeds
   * give equal draws. Does nothing where none are.
   */
  public void drawDropout(long seed) {
    passes.dropout().ifPresent(dropout -> dropout.draw(seed));
  }

  /** From now on times the kernels, those of later views too, into {@code profile}. */
  public void profile(Profile profile) {
    passes.profile(profile);
  }

  /** Releases buffers and kernels; the parameters stay with the graph, those of a twin go. */
  @Override
  public void close() {
    if (!borrowsPasses) {
      passes.close();
    }
    vectors.close();
  }
}
