package longtail.nn.layer;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.nn.kernel.ConvolutionKernel;
import longtail.nn.kernel.ConvolutionShape;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A convolution without bias over square windows, channels last, padded by half a window; weights
 * {@code [out, in / groups, window, window]}.
 */
public final class Convolution extends OperatorLayerConfiguration {
  static final String WEIGHT = "weight";

  @JsonProperty private int window;
  @JsonProperty private int stride;
  @JsonProperty private int dilation = 1;
  @JsonProperty private int groups = 1;
  @JsonProperty private ConvolutionWeights weights = ConvolutionWeights.FAN_IN;

  /** For reading a saved configuration. */
  Convolution() {}

  /** A convolution from {@code in} to {@code out} channels in {@code groups} groups. */
  public Convolution(
      int in,
      int out,
      int window,
      int stride,
      int dilation,
      int groups,
      ConvolutionWeights weights) {
    nIn = in;
    nOut = out;
    this.window = window;
    this.stride = stride;
    this.dilation = dilation;
    this.groups = groups;
    this.weights = weights;
  }

  /** A convolution of one group, its weights {@link ConvolutionWeights#FAN_IN}. */
  public Convolution(int in, int out, int window, int stride) {
    this(in, out, window, stride, 1, 1, ConvolutionWeights.FAN_IN);
  }

  /** Rows and columns of a window. */
  public int window() {
    return window;
  }

  /** Step between windows. */
  public int stride() {
    return stride;
  }

  /** Step between the rows and columns of a window. */
  public int dilation() {
    return dilation;
  }

  /** Number of groups of channels. */
  public int groups() {
    return groups;
  }

  ConvolutionShape shape(MapShape input) {
    return new ConvolutionShape(input, nOut, window, stride, dilation, groups);
  }

  @Override
  public List<Tensor> tensors() {
    long[] shape = {nOut, nIn / groups, window, window};
    return List.of(new Tensor(WEIGHT, "weight", shape, Role.CONVOLUTION));
  }

  @Override
  public void initialize(Map<String, INDArray> views, SplittableRandom random) {
    INDArray weight = views.get(WEIGHT);
    double area = (double) window * window;
    double fanIn = area * nIn / groups;
    switch (weights) {
      case FAN_IN -> InitialValues.normal(weight, Math.sqrt(2 / fanIn), random);
      case FAN_OUT -> InitialValues.normal(weight, Math.sqrt(2 / (area * nOut)), random);
      case UNIFORM -> InitialValues.uniform(weight, 1 / Math.sqrt(fanIn), random);
    }
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    InputType.InputTypeConvolutional map = (InputType.InputTypeConvolutional) input;
    MapShape out = shape(new MapShape(1, map.getHeight(), map.getWidth(), nIn)).output();
    return InputType.convolutional(out.height(), out.width(), nOut, CNN2DFormat.NHWC);
  }

  @Override
  public void setNIn(InputType input, boolean override) {
    if (nIn <= 0 || override) {
      nIn = ((InputType.InputTypeConvolutional) input).getChannels();
    }
  }

  @Override
  public OperatorLayer<?> layer(NeuralNetConfiguration configuration, DataType type) {
    return new Implementation(configuration, type);
  }

  private static final class Implementation extends OperatorLayer<Convolution> {
    Implementation(NeuralNetConfiguration configuration, DataType type) {
      super(configuration, type);
    }

    @Override
    public long[] outputShape(long[]... inputs) {
      return layerConf().shape(MapShape.of(inputs[0])).output().toArray();
    }

    @Override
    public boolean byImage() {
      return true;
    }

    @Override
    public boolean keepsOutput() {
      return false;
    }

    @Override
    public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
      ConvolutionKernel kernel = kernels.convolution(layerConf().shape(MapShape.of(inputs[0])));
      return new PreparedOperator() {
        @Override
        public void forward(INDArray[] x, INDArray y) {
          kernel.forward(x[0], getParam(WEIGHT), y);
        }

        @Override
        public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
          INDArray weight = getParam(WEIGHT);
          if (gradX[0] == null) {
            kernel.backwardWeight(x[0], weight, gradY, gradient(WEIGHT));
          } else {
            kernel.backward(x[0], weight, gradY, gradX[0], gradient(WEIGHT));
          }
        }

        @Override
        public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
          kernel.tangent(x[0], tangentX[0], getParam(WEIGHT), direction(WEIGHT), tangentY);
        }

        @Override
        public void close() {
          kernel.close();
        }
      };
    }
  }
}
