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
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A linear classifier that learns nothing but a factor for the logit of each class. */
public final class ScaledLinear extends HeadLayer {
  private static final String SCALES = "scales";
  private static final String WEIGHT = "weight";
  private static final String BIAS = "bias";

  @JsonProperty private LwsHead.Bias bias = LwsHead.Bias.GIVEN;

  /** For reading a saved configuration. */
  ScaledLinear() {}

  /** A classifier of {@code width} features into {@code classes} classes. */
  ScaledLinear(int width, int classes, LwsHead.Bias bias) {
    super(width, classes, Use.CLASSIFIER);
    this.bias = bias;
  }

  @Override
  public List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(new Tensor(SCALES, "scales", new long[] {nOut}, Role.HEAD_SCALE));
    tensors.add(new Tensor(WEIGHT, "fc.weight", new long[] {nOut, nIn}, Role.FIXED_WEIGHT));
    if (bias == LwsHead.Bias.GIVEN) {
      tensors.add(new Tensor(BIAS, "fc.bias", new long[] {nOut}, Role.FIXED_BIAS));
    }
    return tensors;
  }

  @Override
  public void initialize(Map<String, INDArray> views, SplittableRandom random) {
    views.get(SCALES).assign(1);
    HeadWeights.UNIFORM.fill(views.get(WEIGHT), random);
    if (bias == LwsHead.Bias.GIVEN) {
      InitialValues.uniform(views.get(BIAS), 1 / Math.sqrt((double) nIn), random);
    }
  }

  @Override
  boolean keepsOutput() {
    return false;
  }

  @Override
  PreparedOperator operation(OperatorLayer<?> layer, Kernels kernels, long batch) {
    return new Scaling(layer, batch);
  }

  private final class Scaling implements PreparedOperator {
    private final OperatorLayer<?> layer;
    private final INDArray plain;
    private final INDArray scaled;

    Scaling(OperatorLayer<?> layer, long batch) {
      this.layer = layer;
      plain = Nd4j.createUninitializedDetached(layer.elementType(), batch, nOut);
      scaled = Nd4j.createUninitializedDetached(layer.elementType(), batch, nOut);
    }

    @Override
    public void forward(INDArray[] x, INDArray y) {
      Nd4j.gemm(layer.getParam(WEIGHT), x[0], plain.transpose(), false, true, 1, 0);
      if (bias == LwsHead.Bias.GIVEN) {
        plain.addiRowVector(layer.getParam(BIAS));
      }
      y.assign(plain).muliRowVector(layer.getParam(SCALES));
    }

    @Override
    public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
      layer.gradient(SCALES).assign(scaled.assign(gradY).muli(plain).sum(0));
      if (gradX[0] != null) {
        scaled.assign(gradY).muliRowVector(layer.getParam(SCALES));
        Nd4j.gemm(layer.getParam(WEIGHT), scaled, gradX[0].transpose(), true, true, 1, 0);
      }
    }

    @Override
    public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
      if (tangentX[0] == null) {
        tangentY.assign(0);
      } else {
        Nd4j.gemm(layer.getParam(WEIGHT), tangentX[0], tangentY.transpose(), false, true, 1, 0);
        tangentY.muliRowVector(layer.getParam(SCALES));
      }
      tangentY.addi(scaled.assign(plain).muliRowVector(layer.direction(SCALES)));
    }

    @Override
    public void close() {
      if (plain.closeable()) {
        plain.close();
        scaled.close();
      }
    }
  }
}
