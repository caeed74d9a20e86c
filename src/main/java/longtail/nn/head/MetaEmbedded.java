package longtail.nn.head;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.nn.kernel.Kernels;
import longtail.nn.layer.InitialValues;
import longtail.nn.layer.OperatorLayer;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** The layer of a {@link MetaEmbeddingHead}. */
public final class MetaEmbedded extends HeadLayer {
  static final String HALLUCINATOR = "hallucinator";
  static final String HALLUCINATOR_BIAS = "hallucinatorbias";
  static final String SELECTOR = "selector";
  static final String SELECTOR_BIAS = "selectorbias";
  static final String COSINE = "cosine";
  static final String CENTROIDS = "centroids";

  /** What smaller distances to a centroid are taken for. */
  public static final double SMALLEST_DISTANCE = 1e-6;

  /** What layouts call the hallucinator. */
  public static final String HALLUCINATOR_NAME = "fc_hallucinator";

  @JsonProperty private double scale = 16;
  @JsonProperty private double reach = 10;
  @JsonProperty private MetaEmbeddingHead.Memory memory = MetaEmbeddingHead.Memory.LEARNT;

  /** For reading a saved configuration. */
  MetaEmbedded() {}

  /** A classifier of {@code width} features into {@code classes} classes. */
  MetaEmbedded(int width, int classes, MetaEmbeddingHead head) {
    super(width, classes, Use.CLASSIFIER);
    scale = head.scale();
    reach = head.reach();
    memory = head.memory();
  }

  /** What the cosines are multiplied by. */
  public double scale() {
    return scale;
  }

  /** Distance to the nearest centroid at which features count as they are. */
  public double reach() {
    return reach;
  }

  @Override
  public List<Tensor> tensors() {
    long[] perClass = {nOut, nIn};
    Role ofCentroids =
        switch (memory) {
          case LEARNT -> Role.AUXILIARY_WEIGHT;
          case FIXED -> Role.CENTROIDS;
        };
    return List.of(
        new Tensor(HALLUCINATOR, HALLUCINATOR_NAME + ".weight", perClass, Role.AUXILIARY_WEIGHT),
        new Tensor(
            HALLUCINATOR_BIAS, HALLUCINATOR_NAME + ".bias", new long[] {nOut}, Role.AUXILIARY_BIAS),
        new Tensor(SELECTOR, "fc_selector.weight", new long[] {nIn, nIn}, Role.AUXILIARY_WEIGHT),
        new Tensor(SELECTOR_BIAS, "fc_selector.bias", new long[] {nIn}, Role.AUXILIARY_BIAS),
        new Tensor(COSINE, "cosnorm_classifier.weight", perClass, Role.HEAD_WEIGHT),
        new Tensor(CENTROIDS, "centroids", perClass, ofCentroids));
  }

  @Override
  public void initialize(Map<String, INDArray> views, SplittableRandom random) {
    double bound = 1 / Math.sqrt((double) nIn);
    for (String key : List.of(HALLUCINATOR, HALLUCINATOR_BIAS, SELECTOR, SELECTOR_BIAS, COSINE)) {
      InitialValues.uniform(views.get(key), bound, random);
    }
    InitialValues.normal(views.get(CENTROIDS), 1, random);
  }

  @Override
  boolean keepsOutput() {
    return false;
  }

  @Override
  PreparedMetaEmbedding operation(OperatorLayer<?> layer, Kernels kernels, long batch) {
    return new PreparedMetaEmbedding(
        layer, kernels, new long[] {batch, nIn, nOut}, new MetaEmbeddingHead(scale, reach, memory));
  }
}
