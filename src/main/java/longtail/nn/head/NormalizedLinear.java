package longtail.nn.head;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.nn.kernel.Kernels;
import longtail.nn.layer.InitialValues;
import longtail.nn.layer.OperatorLayer;
import longtail.nn.layer.PreparedOperator;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A classifier that takes lengths out of the product of features and weights: {@code z_ic = scale
 * a(|f_i|) b(|w_c|) <f_i, w_c>}, with a bias where the factor of the rows is a {@link
 * NormFactor#POWER}.
 */
public final class NormalizedLinear extends HeadLayer {
  private static final String WEIGHT = "weight";
  private static final String BIAS = "bias";
  private static final double LARGEST_NORM = 1e-5;
  private static final double GUARD = 1e-7;

  @JsonProperty private NormFactor ofFeatures = NormFactor.UNIT;
  @JsonProperty private NormFactor ofRows = NormFactor.UNIT;
  @JsonProperty private double scale = 1;
  @JsonProperty private double power = 1;

  /** For reading a saved configuration. */
  NormalizedLinear() {}

  private NormalizedLinear(int width, int classes, NormFactor ofFeatures, NormFactor ofRows) {
    super(width, classes, Use.CLASSIFIER);
    this.ofFeatures = ofFeatures;
    this.ofRows = ofRows;
  }

  /** {@code scale} times the cosine of features and rows. */
  static NormalizedLinear cosines(int width, int classes, double scale) {
    NormalizedLinear layer = new NormalizedLinear(width, classes, NormFactor.UNIT, NormFactor.UNIT);
    layer.scale = scale;
    return layer;
  }

  /** {@code scale} times the product of squashed features and unit rows. */
  static NormalizedLinear squashed(int width, int classes, double scale) {
    NormalizedLinear layer =
        new NormalizedLinear(width, classes, NormFactor.SQUASHED, NormFactor.UNIT);
    layer.scale = scale;
    return layer;
  }

  /** A linear classifier with rows divided by {@code norm^tau}. */
  static NormalizedLinear tauNormalized(int width, int classes, double tau) {
    NormalizedLinear layer =
        new NormalizedLinear(width, classes, NormFactor.NONE, NormFactor.POWER);
    layer.power = tau;
    return layer;
  }

  /** The factor of the features. */
  public NormFactor ofFeatures() {
    return ofFeatures;
  }

  /** The factor of the rows. */
  public NormFactor ofRows() {
    return ofRows;
  }

  /** What the products are multiplied by. */
  public double scale() {
    return scale;
  }

  /** Parameter of {@link NormFactor#POWER}. */
  public double power() {
    return power;
  }

  private boolean biased() {
    return ofRows == NormFactor.POWER;
  }

  @Override
  public List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(new Tensor(WEIGHT, "weight", new long[] {nOut, nIn}, Role.HEAD_WEIGHT));
    if (biased()) {
      tensors.add(new Tensor(BIAS, "bias", new long[] {nOut}, Role.HEAD_BIAS));
    }
    return tensors;
  }

  @Override
  public void initialize(Map<String, INDArray> views, SplittableRandom random) {
    INDArray weight = views.get(WEIGHT);
    if (ofFeatures == NormFactor.UNIT) {
      InitialValues.uniform(weight, 1, random);
      shortenColumns(weight);
    } else {
      HeadWeights.UNIFORM.fill(weight, random);
    }
    if (biased()) {
      InitialValues.uniform(views.get(BIAS), 1 / Math.sqrt((double) nIn), random);
    }
  }

  /**
   * The published start of the normalised classifier of LDAM, given uniform draws: every column
   * (one feature over all classes) longer than 1e-5 is cut to that length, then all is multiplied
   * by 1e5.
   */
  static void shortenColumns(INDArray weight) {
    double[] factors = weight.norm2(0).toDoubleVector();
    for (int d = 0; d < factors.length; d++) {
      double cut = factors[d] > LARGEST_NORM ? LARGEST_NORM / (factors[d] + GUARD) : 1;
      factors[d] = cut / LARGEST_NORM;
    }
    weight.muliRowVector(NormalizedProduct.vector(weight.dataType(), factors));
  }

  @Override
  boolean keepsOutput() {
    return false;
  }

  @Override
  PreparedOperator operation(OperatorLayer<?> layer, Kernels kernels, long batch) {
    NormalizedProduct product =
        new NormalizedProduct(
            layer.elementType(), new long[] {batch, nOut}, scale, ofFeatures, ofRows, power);
    return new PreparedOperator() {
      @Override
      public void forward(INDArray[] x, INDArray y) {
        product.forward(x[0], layer.getParam(WEIGHT), y);
        if (biased()) {
          y.addiRowVector(layer.getParam(BIAS));
        }
      }

      @Override
      public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
        product.backward(x[0], layer.getParam(WEIGHT), gradY, gradX[0], layer.gradient(WEIGHT));
        if (biased()) {
          layer.gradient(BIAS).assign(gradY.sum(0));
        }
      }

      @Override
      public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
        INDArray weight = layer.getParam(WEIGHT);
        product.tangent(x[0], tangentX[0], weight, layer.direction(WEIGHT), tangentY);
        if (biased()) {
          tangentY.addiRowVector(layer.direction(BIAS));
        }
      }

      @Override
      public void close() {
        product.close();
      }
    };
  }
}
