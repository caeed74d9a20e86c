package longtail.spark;

import java.util.List;
import longtail.eval.NearestClassMean;
import longtail.nn.graph.ParameterBlock;
import longtail.train.FlatVector;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The centroids of a network's head as class means of the training set's features, as OLTR begins
 * (Liu et al., "Large-Scale Long-Tailed Recognition in an Open World", 2019). Images are seen as in
 * an evaluation.
 */
final class HeadCentroids {
  private static final String NAME = "centroids";

  private final JavaSparkContext spark;
  private final ExecutorSetup setup;
  private final ParameterBlock block;
  private final int classes;

  private HeadCentroids(
      JavaSparkContext spark, ExecutorSetup setup, ParameterBlock block, int classes) {
    this.spark = spark;
    this.setup = setup;
    this.block = block;
    this.classes = classes;
  }

  /** The centroids in {@code layout}, which must have some. */
  static HeadCentroids of(
      JavaSparkContext spark, ExecutorSetup setup, List<ParameterBlock> layout, int classes) {
    ParameterBlock centroids =
        layout.stream()
            .filter(block -> block.head() && block.name().endsWith(NAME))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("the head has no centroids"));
    return new HeadCentroids(spark, setup, centroids, classes);
  }

  /**
   * {@code parameters} with the class means of the features that they give as centroids; the
   * centroid of a class without images stays.
   */
  FlatVector classMeans(FlatVector parameters) {
    Broadcast<FlatVector> current = spark.broadcast(parameters);
    ExecutorSetup from = setup;
    ClassMeans.Opener network =
        () -> {
          Scorer scorer = from.scorer(from.data());
          current.value().copyTo(scorer.network().parameters());
          return scorer;
        };
    NearestClassMean means =
        ClassMeans.of(
            spark,
            ClassMeans.forward(network),
            NearestClassMean.Mode.PLAIN,
            classes,
            setup.workers());
    current.destroy();
    INDArray all = parameters.toArray();
    INDArray rows =
        all.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
            .reshape('c', block.shape());
    double[][] centroids = means.centroids();
    for (int c = 0; c < classes; c++) {
      if (means.seen(c)) {
        rows.getRow(c).assign(Nd4j.createFromArray(centroids[c]).castTo(all.dataType()));
      }
    }
    return FlatVector.copyOf(all);
  }
}
