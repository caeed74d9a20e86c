package longtail.nn.head;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.nn.kernel.Kernels;
import longtail.nn.layer.InitialValues;
import longtail.nn.layer.OperatorLayer;
import longtail.nn.layer.PreparedOperator;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.same.Sign;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** A linear layer with a rectifier that makes the features: {@code f = max(0, x Wᵀ + b)}. */
public final class RectifiedLinear extends HeadLayer {
  /** For reading a saved configuration. */
  RectifiedLinear() {}

  /** A layer of {@code width} inputs and {@code outputs} features. */
  public RectifiedLinear(int width, int outputs) {
    super(width, outputs, Use.FEATURES);
  }

  @Override
  public List<Tensor> tensors() {
    return List.of(
        new Tensor(Linear.WEIGHT, "weight", new long[] {nOut, nIn}, Role.FEATURE_WEIGHT),
        new Tensor(Linear.BIAS, "bias", new long[] {nOut}, Role.FEATURE_BIAS));
  }

  @Override
  public void initialize(Map<String, INDArray> views, SplittableRandom random) {
    HeadWeights.UNIFORM.fill(views.get(Linear.WEIGHT), random);
    InitialValues.uniform(views.get(Linear.BIAS), 1 / Math.sqrt((double) nIn), random);
  }

  @Override
  boolean keepsOutput() {
    return true;
  }

  @Override
  PreparedOperator operation(OperatorLayer<?> layer, Kernels kernels, long batch) {
    PreparedOperator linear = Linear.product(layer, kernels, batch);
    INDArray positive = Nd4j.createUninitializedDetached(layer.elementType(), batch, nOut);
    return new PreparedOperator() {
      @Override
      public void forward(INDArray[] x, INDArray y) {
        linear.forward(x, y);
        Transforms.relu(y, false);
      }

      @Override
      public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
        slopes(y).muli(gradY);
        linear.backward(x, y, positive, gradX);
      }

      @Override
      public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
        linear.tangent(x, tangentX, y, tangentY);
        tangentY.muli(slopes(y));
      }

      /** One where the rectifier lets through, else zero. */
      private INDArray slopes(INDArray y) {
        return Nd4j.getExecutioner().exec(new Sign(y, positive));
      }

      @Override
      public void close() {
        linear.close();
        if (positive.closeable()) {
          positive.close();
        }
      }
    };
  }
}
