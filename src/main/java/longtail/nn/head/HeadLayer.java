package longtail.nn.head;

import longtail.nn.kernel.Kernels;
import longtail.nn.layer.Mode;
import longtail.nn.layer.OperatorLayer;
import longtail.nn.layer.OperatorLayerConfiguration;
import longtail.nn.layer.PreparedOperator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A layer of a {@link Head} or right before it: it maps vectors {@code [batch, width]} to vectors.
 */
public abstract class HeadLayer extends OperatorLayerConfiguration {
  @JsonProperty private Use use = Use.CLASSIFIER;

  /** What a layer of a head is for. */
  public enum Use {
    /** Its output is the logits by which the network classifies. */
    CLASSIFIER,
    /** Its output serves training only. */
    AUXILIARY,
    /** Its output is the features: it is the end of the backbone. */
    FEATURES
  }

  /** For reading a saved configuration. */
  HeadLayer() {}

  HeadLayer(int width, int outputs, Use use) {
    nIn = width;
    nOut = outputs;
    this.use = use;
  }

  /** What the layer is for. */
  public Use use() {
    return use;
  }

  /**
   * The computation for batches of {@code batch} rows; parameters and gradients are the layer's.
   */
  abstract PreparedOperator operation(OperatorLayer<?> layer, Kernels kernels, long batch);

  /** Whether it computes by ND4J's operations, see {@link OperatorLayer#island}. */
  boolean island() {
    return true;
  }

  /** Whether the backward pass reads the output of the forward pass. */
  abstract boolean keepsOutput();

  @Override
  public InputType getOutputType(int index, InputType input) {
    return InputType.feedForward(nOut);
  }

  @Override
  public void setNIn(InputType input, boolean override) {
    if (nIn <= 0 || override) {
      nIn = ((InputType.InputTypeFeedForward) input).getSize();
    }
  }

  @Override
  public OperatorLayer<?> layer(NeuralNetConfiguration configuration, DataType type) {
    return new Implementation(configuration, type);
  }

  private static final class Implementation extends OperatorLayer<HeadLayer> {
    Implementation(NeuralNetConfiguration configuration, DataType type) {
      super(configuration, type);
    }

    @Override
    public boolean head() {
      return layerConf().use != Use.FEATURES;
    }

    @Override
    public boolean classifier() {
      return layerConf().use == Use.CLASSIFIER;
    }

    @Override
    public boolean hasBias() {
      return layerConf().tensors().stream().anyMatch(tensor -> tensor.role().bias());
    }

    @Override
    public long[] outputShape(long[]... inputs) {
      return new long[] {inputs[0][0], layerConf().getNOut()};
    }

    @Override
    public boolean island() {
      return layerConf().island();
    }

    @Override
    public boolean keepsOutput() {
      return layerConf().keepsOutput();
    }

    @Override
    public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
      return layerConf().operation(this, kernels, inputs[0][0]);
    }
  }
}
