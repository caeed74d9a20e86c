package longtail.nn;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.LinearKernel;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A linear classifier with weights {@code [classes, width]} and a bias. */
public final class Linear extends OperatorLayerConfiguration {
  private static final String WEIGHT = "weight";
  private static final String BIAS = "bias";

  @JsonProperty private HeadWeights weights = HeadWeights.UNIFORM;

  /** For reading a saved configuration. */
  Linear() {}

  /** A classifier of {@code width} features into {@code classes} classes. */
  public Linear(int width, int classes, HeadWeights weights) {
    nIn = width;
    nOut = classes;
    this.weights = weights;
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(
        new Tensor(WEIGHT, "weight", new long[] {nOut, nIn}, Role.HEAD_WEIGHT),
        new Tensor(BIAS, "bias", new long[] {nOut}, Role.HEAD_BIAS));
  }

  @Override
  public void initialize(Map<String, INDArray> views, SplittableRandom random) {
    double bound = 1 / Math.sqrt((double) nIn);
    switch (weights) {
      case UNIFORM -> Fill.uniform(views.get(WEIGHT), bound, random);
      case KAIMING -> Fill.normal(views.get(WEIGHT), Math.sqrt(2.0 / (double) nIn), random);
    }
    Fill.uniform(views.get(BIAS), bound, random);
  }

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
  public Layer instantiate(
      NeuralNetConfiguration configuration,
      Collection<TrainingListener> listeners,
      int index,
      INDArray view,
      boolean initialize,
      DataType type) {
    return OperatorLayer.bind(
        new Implementation(configuration, type), configuration, listeners, index, view, initialize);
  }

  private static final class Implementation extends OperatorLayer<Linear> {
    Implementation(NeuralNetConfiguration configuration, DataType type) {
      super(configuration, type);
    }

    @Override
    public boolean head() {
      return true;
    }

    @Override
    public boolean hasBias() {
      return true;
    }

    @Override
    public long[] outputShape(long[]... inputs) {
      return new long[] {inputs[0][0], layerConf().getNOut()};
    }

    @Override
    public boolean keepsInputs() {
      return true;
    }

    @Override
    public boolean keepsOutput() {
      return false;
    }

    @Override
    public Operation prepare(Kernels kernels, Mode mode, long[]... inputs) {
      LinearKernel kernel = kernels.linear(dataType, inputs[0][0]);
      return new Operation() {
        @Override
        public void forward(INDArray[] x, INDArray y) {
          kernel.forward(x[0], getParam(WEIGHT), getParam(BIAS), y);
        }

        @Override
        public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
          kernel.backwardWeight(x[0], gradY, gradient(WEIGHT), gradient(BIAS));
          if (gradX[0] != null) {
            kernel.backwardData(getParam(WEIGHT), gradY, gradX[0]);
          }
        }

        @Override
        public void close() {
          kernel.close();
        }
      };
    }
  }
}
