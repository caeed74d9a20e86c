package longtail.nn.head;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.LinearKernel;
import longtail.nn.layer.InitialValues;
import longtail.nn.layer.OperatorLayer;
import longtail.nn.layer.PreparedOperator;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A linear map with weights {@code [outputs, width]} and a bias. */
public final class Linear extends HeadLayer {
  static final String WEIGHT = "weight";
  static final String BIAS = "bias";

  @JsonProperty private HeadWeights weights = HeadWeights.UNIFORM;

  /** For reading a saved configuration. */
  Linear() {}

  /** A classifier of {@code width} features into {@code classes} classes. */
  public Linear(int width, int classes, HeadWeights weights) {
    this(width, classes, weights, Use.CLASSIFIER);
  }

  Linear(int width, int outputs, HeadWeights weights, Use use) {
    super(width, outputs, use);
    this.weights = weights;
  }

  @Override
  public List<Tensor> tensors() {
    boolean classifier = use() == Use.CLASSIFIER;
    return List.of(
        new Tensor(
            WEIGHT,
            "weight",
            new long[] {nOut, nIn},
            classifier ? Role.HEAD_WEIGHT : Role.AUXILIARY_WEIGHT),
        new Tensor(
            BIAS, "bias", new long[] {nOut}, classifier ? Role.HEAD_BIAS : Role.AUXILIARY_BIAS));
  }

  @Override
  public void initialize(Map<String, INDArray> views, SplittableRandom random) {
    weights.fill(views.get(WEIGHT), random);
    InitialValues.uniform(views.get(BIAS), 1 / Math.sqrt((double) nIn), random);
  }

  @Override
  boolean island() {
    return false;
  }

  @Override
  boolean keepsOutput() {
    return false;
  }

  @Override
  PreparedOperator operation(OperatorLayer<?> layer, Kernels kernels, long batch) {
    return product(layer, kernels, batch);
  }

  /** {@code x Wᵀ + b} with the {@link #WEIGHT} and the {@link #BIAS} of {@code layer}. */
  static PreparedOperator product(OperatorLayer<?> layer, Kernels kernels, long batch) {
    LinearKernel kernel = kernels.linear(layer.elementType(), batch);
    return new PreparedOperator() {
      @Override
      public void forward(INDArray[] x, INDArray y) {
        kernel.forward(x[0], layer.getParam(WEIGHT), layer.getParam(BIAS), y);
      }

      @Override
      public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
        kernel.backwardWeight(x[0], gradY, layer.gradient(WEIGHT), layer.gradient(BIAS));
        if (gradX[0] != null) {
          kernel.backwardData(layer.getParam(WEIGHT), gradY, gradX[0]);
        }
      }

      @Override
      public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
        kernel.tangent(
            x[0],
            tangentX[0],
            layer.getParam(WEIGHT),
            layer.direction(WEIGHT),
            layer.direction(BIAS),
            tangentY);
      }

      @Override
      public void close() {
        kernel.close();
      }
    };
  }
}
