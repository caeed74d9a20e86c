package longtail.spark.round;

import java.util.List;
import longtail.eval.NearestClassMean;
import longtail.nn.graph.ParameterBlock;
import longtail.train.checkpoint.FlatVector;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The centroids of a network's head, which begin as class means of the training set's features, as
 * OLTR does it (Liu et al., "Large-Scale Long-Tailed Recognition in an Open World", 2019).
 */
final class HeadCentroids {
  private static final String NAME = "centroids";

  private HeadCentroids() {}

  /**
   * {@code parameters} with {@code means} as centroids; the centroid of a class without images
   * stays.
   *
   * @param layout of the parameters, which must have centroids
   */
  static FlatVector set(
      FlatVector parameters, List<ParameterBlock> layout, NearestClassMean means) {
    ParameterBlock block =
        layout.stream()
            .filter(part -> part.head() && part.name().endsWith(NAME))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("the head has no centroids"));
    try (INDArray all = parameters.toArray()) {
      INDArray rows =
          all.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
              .reshape('c', block.shape());
      double[][] centroids = means.centroids();
      for (int c = 0; c < centroids.length; c++) {
        if (means.seen(c)) {
          try (INDArray mean = Nd4j.createFromArray(centroids[c]);
              INDArray centroid = mean.castTo(all.dataType())) {
            rows.getRow(c).assign(centroid);
          }
        }
      }
      return FlatVector.copyOf(all);
    }
  }
}
