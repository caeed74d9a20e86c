package longtail.nn.head;

import static longtail.nn.head.MetaEmbedded.CENTROIDS;
import static longtail.nn.head.MetaEmbedded.COSINE;
import static longtail.nn.head.MetaEmbedded.HALLUCINATOR;
import static longtail.nn.head.MetaEmbedded.HALLUCINATOR_BIAS;
import static longtail.nn.head.MetaEmbedded.SELECTOR;
import static longtail.nn.head.MetaEmbedded.SELECTOR_BIAS;
import static longtail.nn.head.MetaEmbedded.SMALLEST_DISTANCE;

import java.util.ArrayList;
import java.util.List;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.LinearKernel;
import longtail.nn.layer.Matrices;
import longtail.nn.layer.OperatorLayer;
import longtail.nn.layer.PreparedOperator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Computes a {@link MetaEmbeddingHead} for one size of batch:
 *
 * <pre>
 *   m = softmax(x W_hᵀ + b_h) M        what the memory has for x
 *   s = tanh(x W_sᵀ + b_s)             how much of it is wanted
 *   r = reach / min_c |x - M_c|        how near x is to what is known
 *   u = r (x + s m)
 *   z = scale u / (1 + |u|) w_c / |w_c|
 * </pre>
 *
 * <p>Distances below 1e-6 count as 1e-6.
 */
final class PreparedMetaEmbedding implements PreparedOperator {
  private final OperatorLayer<?> layer;
  private final double reach;
  private final boolean remembers;
  private final LinearKernel linear;
  private final NormalizedProduct product;
  private final List<INDArray> owned = new ArrayList<>();
  private final int[] nearest;
  private final double[] distances;
  private final INDArray probabilities;
  private final INDArray memory;
  private final INDArray selector;
  private final INDArray infused;
  private final INDArray scaled;
  private final INDArray gradClasses;
  private final INDArray gradScaled;
  private final INDArray gradSelector;
  private final INDArray gradFeatures;

  /**
   * A computation with the parameters of {@code layer}.
   *
   * @param extents images, features, classes
   */
  PreparedMetaEmbedding(
      OperatorLayer<?> layer, Kernels kernels, long[] extents, MetaEmbeddingHead head) {
    this.layer = layer;
    reach = head.reach();
    remembers = head.memory() == MetaEmbeddingHead.Memory.LEARNT;
    long batch = extents[0];
    linear = kernels.linear(layer.elementType(), batch);
    product =
        new NormalizedProduct(
            layer.elementType(),
            new long[] {batch, extents[2]},
            head.scale(),
            NormFactor.SQUASHED,
            NormFactor.UNIT,
            1);
    nearest = new int[(int) batch];
    distances = new double[(int) batch];
    probabilities = array(batch, extents[2]);
    gradClasses = array(batch, extents[2]);
    memory = array(batch, extents[1]);
    selector = array(batch, extents[1]);
    infused = array(batch, extents[1]);
    scaled = array(batch, extents[1]);
    gradScaled = array(batch, extents[1]);
    gradSelector = array(batch, extents[1]);
    gradFeatures = array(batch, extents[1]);
  }

  private INDArray array(long... shape) {
    INDArray array = Nd4j.createUninitializedDetached(layer.elementType(), shape);
    owned.add(array);
    return array;
  }

  /** What the memory added to the features in the last forward pass, {@code [batch, width]}. */
  INDArray infused() {
    return infused;
  }

  /** How near the features were to what is known in the last forward pass, {@code [batch]}. */
  double[] reachability() {
    double[] reachability = new double[distances.length];
    for (int i = 0; i < reachability.length; i++) {
      reachability[i] = reach / Math.max(distances[i], SMALLEST_DISTANCE);
    }
    return reachability;
  }

  private INDArray column(double... values) {
    return Matrices.column(NormalizedProduct.vector(layer.elementType(), values));
  }

  @Override
  public void forward(INDArray[] x, INDArray y) {
    INDArray centroids = layer.getParam(CENTROIDS);
    linear.forward(
        x[0], layer.getParam(HALLUCINATOR), layer.getParam(HALLUCINATOR_BIAS), probabilities);
    Matrices.softmax(probabilities);
    Matrices.product(probabilities, centroids, memory);
    linear.forward(x[0], layer.getParam(SELECTOR), layer.getParam(SELECTOR_BIAS), selector);
    Transforms.tanh(selector, false);
    infused.assign(selector).muli(memory);
    findNearest(x[0], centroids);
    scaled.assign(infused).addi(x[0]).muliColumnVector(column(reachability()));
    product.forward(scaled, layer.getParam(COSINE), y);
  }

  /** By differences, not by squares of lengths, which lose digits next to a centroid. */
  private void findNearest(INDArray x, INDArray centroids) {
    for (int i = 0; i < nearest.length; i++) {
      double[] distance = centroids.subRowVector(x.getRow(i)).norm2(1).toDoubleVector();
      nearest[i] = 0;
      for (int c = 1; c < distance.length; c++) {
        nearest[i] = distance[c] < distance[nearest[i]] ? c : nearest[i];
      }
      distances[i] = distance[nearest[i]];
    }
  }

  @Override
  public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
    INDArray centroids = layer.getParam(CENTROIDS);
    product.backward(scaled, layer.getParam(COSINE), gradY, gradScaled, layer.gradient(COSINE));
    double[] alongScaled = gradScaled.mul(scaled).sum(1).toDoubleVector();
    gradScaled.muliColumnVector(column(reachability()));
    gradFeatures.assign(gradScaled);
    // tanh' = 1 - s², towards the selector; towards the memory the selector itself.
    gradSelector.assign(selector).muli(selector).rsubi(1).muli(memory).muli(gradScaled);
    gradScaled.muli(selector);
    Matrices.product(gradScaled, centroids.transpose(), gradClasses);
    Matrices.throughSoftmax(probabilities, gradClasses);
    linear.backwardWeight(
        x[0], gradClasses, layer.gradient(HALLUCINATOR), layer.gradient(HALLUCINATOR_BIAS));
    linear.backwardWeight(
        x[0], gradSelector, layer.gradient(SELECTOR), layer.gradient(SELECTOR_BIAS));
    if (remembers) {
      Matrices.product(probabilities.transpose(), gradScaled, layer.gradient(CENTROIDS));
    }
    throughDistances(x[0], centroids, alongScaled);
    if (gradX[0] != null) {
      Matrices.addProduct(gradClasses, layer.getParam(HALLUCINATOR), gradFeatures);
      Matrices.addProduct(gradSelector, layer.getParam(SELECTOR), gradFeatures);
      gradX[0].assign(gradFeatures);
    }
  }

  /** {@code dr/dx = -r (x - M_c) / |x - M_c|²} for the nearest centroid, the opposite for it. */
  private void throughDistances(INDArray x, INDArray centroids, double... alongScaled) {
    for (int i = 0; i < nearest.length; i++) {
      if (distances[i] > SMALLEST_DISTANCE) {
        INDArray pull =
            x.getRow(i)
                .sub(centroids.getRow(nearest[i]))
                .muli(-alongScaled[i] / (distances[i] * distances[i]));
        gradFeatures.getRow(i).addi(pull);
        if (remembers) {
          layer.gradient(CENTROIDS).getRow(nearest[i]).subi(pull);
        }
      }
    }
  }

  @Override
  public void close() {
    linear.close();
    product.close();
    owned.stream().filter(INDArray::closeable).forEach(INDArray::close);
  }
}
