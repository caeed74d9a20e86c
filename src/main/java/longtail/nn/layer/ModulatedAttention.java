package longtail.nn.layer;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The modulated attention of OLTR (Liu et al., "Large-Scale Long-Tailed Recognition in an Open
 * World", 2019) on a feature map {@code x} of {@code P} positions and {@code K} channels: every
 * position attends to all others, and where that counts is learnt from the whole map.
 *
 * <pre>
 *   mask = softmax(theta(x) phi(x)ᵀ) g(x) W_maskᵀ      theta, phi, g: 1x1 convolutions to K/2 channels
 *   s    = softmax(W_spatial vec(x) + b_spatial)       one number per position
 *   y    = x + s mask
 * </pre>
 *
 * <p>It starts as the identity: {@code W_mask} is zero.
 */
public final class ModulatedAttention extends OperatorLayerConfiguration {
  static final String VALUE = "g";
  static final String QUERY = "theta";
  static final String KEY = "phi";
  static final String MASK = "mask";
  static final String SPATIAL = "spatial";

  @JsonProperty private long positions;

  /** For reading a saved configuration. */
  ModulatedAttention() {}

  /** An attention for maps of {@code channels} channels, at least two; their size shows later. */
  public ModulatedAttention(int channels) {
    nIn = channels;
    nOut = channels;
  }

  /** Key of the bias beside the weight {@code key}. */
  static String bias(String key) {
    return key + "bias";
  }

  @Override
  public List<Tensor> tensors() {
    long inner = nIn / 2;
    long[] narrow = {inner, nIn, 1, 1};
    return List.of(
        new Tensor(VALUE, "g.weight", narrow, Role.CONVOLUTION),
        new Tensor(bias(VALUE), "g.bias", new long[] {inner}, Role.CONVOLUTION_BIAS),
        new Tensor(QUERY, "theta.weight", narrow, Role.CONVOLUTION),
        new Tensor(bias(QUERY), "theta.bias", new long[] {inner}, Role.CONVOLUTION_BIAS),
        new Tensor(KEY, "phi.weight", narrow, Role.CONVOLUTION),
        new Tensor(bias(KEY), "phi.bias", new long[] {inner}, Role.CONVOLUTION_BIAS),
        new Tensor(MASK, "conv_mask.weight", new long[] {nIn, inner, 1, 1}, Role.CONVOLUTION),
        new Tensor(
            SPATIAL,
            "fc_spatial.weight",
            new long[] {positions, nIn * positions},
            Role.FEATURE_WEIGHT),
        new Tensor(bias(SPATIAL), "fc_spatial.bias", new long[] {positions}, Role.FEATURE_BIAS));
  }

  @Override
  public void initialize(Map<String, INDArray> views, SplittableRandom random) {
    for (String key : List.of(VALUE, QUERY, KEY)) {
      InitialValues.normal(views.get(key), Math.sqrt(2.0 / nIn), random);
      views.get(bias(key)).assign(0);
    }
    views.get(MASK).assign(0);
    double bound = 1 / Math.sqrt((double) nIn * positions);
    InitialValues.uniform(views.get(SPATIAL), bound, random);
    InitialValues.uniform(views.get(bias(SPATIAL)), bound, random);
  }

  @Override
  public void setNIn(InputType input, boolean override) {
    InputType.InputTypeConvolutional map = (InputType.InputTypeConvolutional) input;
    positions = map.getHeight() * map.getWidth();
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    return input;
  }

  @Override
  public OperatorLayer<?> layer(NeuralNetConfiguration configuration, DataType type) {
    return new Implementation(configuration, type);
  }

  private static final class Implementation extends OperatorLayer<ModulatedAttention> {
    Implementation(NeuralNetConfiguration configuration, DataType type) {
      super(configuration, type);
    }

    @Override
    public long[] outputShape(long[]... inputs) {
      return inputs[0].clone();
    }

    @Override
    public boolean keepsOutput() {
      return false;
    }

    @Override
    public boolean island() {
      return true;
    }

    @Override
    public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
      return new PreparedAttention(this, kernels, MapShape.of(inputs[0]));
    }
  }
}
