package longtail.nn;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network as learning methods see it: features and logits out, their gradients in, parameters and
 * gradients as flat vectors.
 */
@SuppressWarnings("DoNotCallSuggester") // signatures first
public final class Network implements AutoCloseable {
  private static UnsupportedOperationException pending() {
    return new UnsupportedOperationException("not built yet");
  }

  private Network() {}

  /** A fresh network; equal arguments give equal parameters. */
  public static Network create(Architecture architecture, DataType type, long seed) {
    throw pending();
  }

  /** The network of an initialised graph of this package's layers. */
  public static Network of(ComputationGraph graph) {
    throw pending();
  }

  /** Reads what {@link #save} wrote. */
  public static Network load(InputStream in) {
    throw pending();
  }

  /** Writes a model zip of Deeplearning4j's {@code ModelSerializer}. */
  public void save(OutputStream out) {
    throw pending();
  }

  /** Features and logits of {@code images}, {@code [batch, height, width, 3]}. */
  public Activations forward(INDArray images, Mode mode) {
    throw pending();
  }

  /** Fills {@link #gradients()} from the gradient at the logits, {@code [batch, classes]}. */
  public void backward(INDArray gradLogits) {
    throw pending();
  }

  /**
   * Fills {@link #gradients()} from the gradients at the features, {@code [batch, width]}, and at
   * the logits; either may be null for zero.
   */
  public void backward(INDArray gradFeatures, INDArray gradLogits) {
    throw pending();
  }

  /** The live parameters, {@code [P]}; running statistics included, the layout tells which. */
  public INDArray parameters() {
    throw pending();
  }

  /** The live gradients, {@code [P]}, laid out as the parameters; statistics have zeros. */
  public INDArray gradients() {
    throw pending();
  }

  /** The parameter blocks in the order of the papers' checkpoints. */
  public List<ParameterBlock> layout() {
    throw pending();
  }

  /** From now on the backward pass stops at the head. */
  public void freezeBackbone(FrozenNorm norm) {
    throw pending();
  }

  /** Undoes {@link #freezeBackbone}. */
  public void unfreeze() {
    throw pending();
  }

  /** Gives the head fresh parameters. */
  public void reinitializeHead(long seed) {
    throw pending();
  }

  /** The Deeplearning4j graph that holds the parameters. */
  public ComputationGraph graph() {
    throw pending();
  }

  /** Number of features. */
  public int featureWidth() {
    throw pending();
  }

  /** Number of classes. */
  public int classes() {
    throw pending();
  }

  /** Element type of parameters and activations. */
  public DataType type() {
    throw pending();
  }

  /** Releases buffers and kernels; the parameters stay with the graph. */
  @Override
  public void close() {
    throw pending();
  }
}
