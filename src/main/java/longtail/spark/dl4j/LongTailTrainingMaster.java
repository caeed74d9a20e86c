package longtail.spark.dl4j;

import java.util.Collection;
import java.util.List;
import longtail.spark.job.JobFailures;
import longtail.train.Counters;
import longtail.train.checkpoint.FlatVector;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.deeplearning4j.core.storage.StatsStorageRouter;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Our rounds for users of Deeplearning4j's {@link SparkComputationGraph}.
 *
 * <p>The examples are dealt to a fixed number of workers, the partitions of the RDD. In a round
 * every worker fits a copy of the network to its next {@code stepsPerRound} minibatches; then
 * parameters (the statistics of batch normalisation among them) and updater state become the means
 * over the workers, weighted by examples and summed in the order of the workers. So the same data,
 * seed and number of workers lead to the same parameters, bit for bit, on any cluster.
 *
 * <pre>{@code
 * var master = LongTailTrainingMaster.of(4, 32, 5);
 * var graph = new SparkComputationGraph(spark, configuration, master);
 * graph.fit(dataSets);
 * }</pre>
 */
public final class LongTailTrainingMaster
    implements TrainingMaster<GraphTrainingResult, GraphTrainingWorker> {
  private final int workers;
  private final int batchSize;
  private final int stepsPerRound;
  private List<TrainingListener> listeners = List.of();

  private LongTailTrainingMaster(int workers, int batchSize, int stepsPerRound) {
    this.workers = workers;
    this.batchSize = batchSize;
    this.stepsPerRound = stepsPerRound;
  }

  /**
   * A master of {@code workers} workers.
   *
   * @param batchSize examples of one step of one worker
   * @param stepsPerRound steps between two merges
   */
  public static LongTailTrainingMaster of(int workers, int batchSize, int stepsPerRound) {
    if (workers < 1 || batchSize < 1 || stepsPerRound < 1) {
      throw new IllegalArgumentException(
          "workers, batchSize and stepsPerRound must be at least 1, were %d, %d, %d"
              .formatted(workers, batchSize, stepsPerRound));
    }
    return new LongTailTrainingMaster(workers, batchSize, stepsPerRound);
  }

  @Override
  public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> data) {
    executeTrainingMDS(graph, data.map(DataSet::toMultiDataSet));
  }

  @Override
  public void executeTrainingMDS(SparkComputationGraph graph, JavaRDD<MultiDataSet> data) {
    ComputationGraph network = graph.getNetwork();
    JavaRDD<MultiDataSet> batches =
        Minibatches.deal(data, workers, batchSize).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      int steps = Minibatches.longestPartition(batches);
      double lossSum = 0;
      long examples = 0;
      for (int done = 0; done < steps; done += stepsPerRound) {
        GraphTrainingResult merged = round(graph, batches, done);
        adopt(network, merged);
        Counters counters = merged.counters();
        lossSum += counters.lossSum();
        examples += counters.examples();
        int ran = Math.min(stepsPerRound, steps - done);
        network
            .getConfiguration()
            .setIterationCount(network.getConfiguration().getIterationCount() + ran);
        graph.setScore(counters.loss());
        network.setScore(counters.loss());
        listeners.forEach(
            listener ->
                listener.iterationDone(
                    network, network.getIterationCount(), network.getEpochCount()));
      }
      if (examples > 0) {
        graph.setScore(lossSum / examples);
      }
    } finally {
      batches.unpersist();
    }
  }

  private GraphTrainingResult round(
      SparkComputationGraph graph, JavaRDD<MultiDataSet> batches, int from) {
    Broadcast<NetBroadcastTuple> state = broadcast(graph);
    GraphTrainingWorker worker = new GraphTrainingWorker(state, batchSize, stepsPerRound);
    try {
      return JobFailures.unwrap(
          () ->
              GraphAverage.of(
                  batches.mapPartitionsWithIndex(
                      (index, iterator) ->
                          List.of(worker.work(index, Minibatches.skip(iterator, from))).iterator(),
                      false),
                  workers));
    } finally {
      state.destroy();
    }
  }

  private static void adopt(ComputationGraph network, GraphTrainingResult merged) {
    try (INDArray parameters = merged.parameters().toArray()) {
      network.setParams(parameters.reshape(1, parameters.length()));
    }
    FlatVector state = merged.updater();
    if (state.length() > 0) {
      try (INDArray updater = state.toArray()) {
        network.getUpdater().setStateViewArray(updater.reshape(1, updater.length()));
      }
    }
  }

  private static Broadcast<NetBroadcastTuple> broadcast(SparkComputationGraph graph) {
    ComputationGraph network = graph.getNetwork();
    return graph
        .getSparkContext()
        .broadcast(
            new NetBroadcastTuple(
                network.getConfiguration(),
                network.params(),
                network.getUpdater().getStateViewArray()));
  }

  @Override
  public GraphTrainingWorker getWorkerInstance(SparkComputationGraph graph) {
    return new GraphTrainingWorker(broadcast(graph), batchSize, stepsPerRound);
  }

  /** Calls {@code listeners} on the driver after every round. */
  @Override
  public void setListeners(Collection<TrainingListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  /** Calls {@code listeners} on the driver after every round; {@code router} must be null. */
  @Override
  public void setListeners(StatsStorageRouter router, Collection<TrainingListener> listeners) {
    if (router != null) {
      throw unsupported("a stats storage router", "listeners, which are called on the driver");
    }
    setListeners(listeners);
  }

  @Override
  public String toJson() {
    return "{\"workers\":%s,\"batchSize\":%s,\"stepsPerRound\":%s}"
        .formatted(workers, batchSize, stepsPerRound);
  }

  @Override
  public String toYaml() {
    return "workers: %s%nbatchSize: %s%nstepsPerRound: %s%n"
        .formatted(workers, batchSize, stepsPerRound);
  }

  @Override
  public boolean getIsCollectTrainingStats() {
    return false;
  }

  @Override
  public void setCollectTrainingStats(boolean collect) {
    if (collect) {
      throw unsupported("training statistics", "Spark's own pages, or a listener");
    }
  }

  @Override
  public SparkTrainingStats getTrainingStats() {
    throw unsupported("training statistics", "Spark's own pages, or a listener");
  }

  /** Nothing is written to files: true. */
  @Override
  public boolean deleteTempFiles(JavaSparkContext spark) {
    return true;
  }

  /** Nothing is written to files: true. */
  @Override
  public boolean deleteTempFiles(SparkContext spark) {
    return true;
  }

  @Override
  public void executeTrainingPaths(
      SparkDl4jMultiLayer multiLayer,
      SparkComputationGraph graph,
      JavaRDD<String> paths,
      DataSetLoader dataSets,
      MultiDataSetLoader multiDataSets) {
    throw unsupported("fitting paths", "fit with paths.map(...) that loads the data sets");
  }

  @Override
  public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> data) {
    throw unsupported("MultiLayerNetwork", "its toComputationGraph()");
  }

  @Override
  public GraphTrainingWorker getWorkerInstance(SparkDl4jMultiLayer network) {
    throw unsupported("MultiLayerNetwork", "its toComputationGraph()");
  }

  @Override
  public void addHook(TrainingHook hook) {
    throw unsupported("a training hook", "a listener");
  }

  @Override
  public void removeHook(TrainingHook hook) {
    throw unsupported("a training hook", "a listener");
  }

  static UnsupportedOperationException unsupported(String what, String instead) {
    return new UnsupportedOperationException(
        "LongTailTrainingMaster does not support %s; use %s".formatted(what, instead));
  }
}
