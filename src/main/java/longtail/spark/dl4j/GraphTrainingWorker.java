package longtail.spark.dl4j;

import java.util.Iterator;
import longtail.RandomStreams;
import longtail.train.Counters;
import longtail.train.checkpoint.FlatVector;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.spark.api.TrainingHook;
import org.deeplearning4j.spark.api.TrainingWorker;
import org.deeplearning4j.spark.api.WorkerConfiguration;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.api.worker.NetBroadcastTuple;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One worker of {@link LongTailTrainingMaster}: fits a copy of the broadcast network to the
 * minibatches of a round.
 */
final class GraphTrainingWorker implements TrainingWorker<GraphTrainingResult> {
  private static final long serialVersionUID = 1L;

  private final Broadcast<NetBroadcastTuple> state;
  private final int batchSize;
  private final int stepsPerRound;
  private transient int index;
  private transient long examples;
  private transient double lossSum;

  GraphTrainingWorker(Broadcast<NetBroadcastTuple> state, int batchSize, int stepsPerRound) {
    this.state = state;
    this.batchSize = batchSize;
    this.stepsPerRound = stepsPerRound;
  }

  /** The round of worker {@code worker} on the next minibatches of {@code batches}. */
  GraphTrainingResult work(int worker, Iterator<MultiDataSet> batches) {
    index = worker;
    examples = 0;
    lossSum = 0;
    ComputationGraph graph = getInitialModelGraph();
    try {
      // Dropout and the like draw from a generator that belongs to the thread.
      Nd4j.getRandom()
          .setSeed(
              RandomStreams.of(
                      graph.getConfiguration().getDefaultConfiguration().getSeed(),
                      graph.getIterationCount(),
                      worker)
                  .nextLong());
      for (int step = 0; step < stepsPerRound && batches.hasNext(); step++) {
        processMinibatch(batches.next(), graph, false);
      }
      return getFinalResult(graph);
    } finally {
      graph.close();
      Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
    }
  }

  @Override
  public ComputationGraph getInitialModelGraph() {
    NetBroadcastTuple from = state.getValue();
    ComputationGraph graph = new ComputationGraph(from.getGraphConfiguration().clone());
    graph.init(from.getParameters().dup(), false);
    INDArray updater = from.getUpdaterState();
    if (updater != null) {
      graph.setUpdater(new ComputationGraphUpdater(graph, updater.dup()));
    }
    return graph;
  }

  /** Fits {@code graph} to one minibatch; the result comes with {@code last}, null before it. */
  @Override
  public GraphTrainingResult processMinibatch(
      MultiDataSet batch, ComputationGraph graph, boolean last) {
    graph.fit(batch);
    long size = batch.getFeatures(0).size(0);
    examples += size;
    lossSum += graph.score() * size;
    return last ? getFinalResult(graph) : null;
  }

  @Override
  public GraphTrainingResult processMinibatch(DataSet batch, ComputationGraph graph, boolean last) {
    return processMinibatch(batch.toMultiDataSet(), graph, last);
  }

  @Override
  public GraphTrainingResult getFinalResult(ComputationGraph graph) {
    INDArray updater = graph.getUpdater().getStateViewArray();
    FlatVector parameters = FlatVector.copyOf(graph.params());
    return new GraphTrainingResult(
        index,
        parameters,
        updater == null ? FlatVector.zeros(parameters.type(), 0) : FlatVector.copyOf(updater),
        new Counters(examples, lossSum, 0, 0, 0));
  }

  @Override
  public GraphTrainingResult getFinalResultNoData() {
    return getFinalResult(getInitialModelGraph());
  }

  @Override
  public WorkerConfiguration getDataConfiguration() {
    return new WorkerConfiguration(true, 0, batchSize, stepsPerRound, 0, false);
  }

  @Override
  public long getInstanceId() {
    return index;
  }

  @Override
  public MultiLayerNetwork getInitialModel() {
    throw multiLayer();
  }

  @Override
  public GraphTrainingResult processMinibatch(
      DataSet batch, MultiLayerNetwork network, boolean last) {
    throw multiLayer();
  }

  @Override
  public GraphTrainingResult getFinalResult(MultiLayerNetwork network) {
    throw multiLayer();
  }

  @Override
  public Pair<GraphTrainingResult, SparkTrainingStats> processMinibatchWithStats(
      DataSet batch, MultiLayerNetwork network, boolean last) {
    throw multiLayer();
  }

  @Override
  public Pair<GraphTrainingResult, SparkTrainingStats> getFinalResultWithStats(
      MultiLayerNetwork network) {
    throw multiLayer();
  }

  @Override
  public Pair<GraphTrainingResult, SparkTrainingStats> processMinibatchWithStats(
      DataSet batch, ComputationGraph graph, boolean last) {
    throw statistics();
  }

  @Override
  public Pair<GraphTrainingResult, SparkTrainingStats> processMinibatchWithStats(
      MultiDataSet batch, ComputationGraph graph, boolean last) {
    throw statistics();
  }

  @Override
  public Pair<GraphTrainingResult, SparkTrainingStats> getFinalResultWithStats(
      ComputationGraph graph) {
    throw statistics();
  }

  @Override
  public Pair<GraphTrainingResult, SparkTrainingStats> getFinalResultNoDataWithStats() {
    throw statistics();
  }

  @Override
  public void addHook(TrainingHook hook) {
    throw LongTailTrainingMaster.unsupported("a training hook", "a listener");
  }

  @Override
  public void removeHook(TrainingHook hook) {
    throw LongTailTrainingMaster.unsupported("a training hook", "a listener");
  }

  private static UnsupportedOperationException multiLayer() {
    return LongTailTrainingMaster.unsupported("MultiLayerNetwork", "its toComputationGraph()");
  }

  private static UnsupportedOperationException statistics() {
    return LongTailTrainingMaster.unsupported("training statistics", "a listener");
  }
}
