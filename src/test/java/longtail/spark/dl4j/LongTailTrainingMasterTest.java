package longtail.spark.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.head.LinearHead;
import longtail.spark.LocalSpark;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

@Tag("spark")
class LongTailTrainingMasterTest {
  private static final int FEATURES = 6;
  private static final int CLASSES = 3;
  private static JavaSparkContext spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.shared();
  }

  /** Noisy examples around one corner of the cube per class. */
  private static List<DataSet> examples(int count) {
    SplittableRandom random = RandomStreams.of(7, 1);
    List<DataSet> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int label = i % CLASSES;
      INDArray x = Nd4j.create(1, FEATURES);
      for (int j = 0; j < FEATURES; j++) {
        x.putScalar(0, j, (j % CLASSES == label ? 1.5 : 0) + 0.5 * RandomStreams.gaussian(random));
      }
      INDArray y = Nd4j.create(1, CLASSES);
      y.putScalar(0, label, 1);
      examples.add(new DataSet(x, y));
    }
    return examples;
  }

  private static ComputationGraphConfiguration withBatchNorm(IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(5)
        .updater(updater)
        .weightInit(WeightInit.RELU)
        .graphBuilder()
        .addInputs("in")
        .addLayer(
            "hidden",
            new DenseLayer.Builder()
                .nIn(FEATURES)
                .nOut(12)
                .activation(Activation.IDENTITY)
                .dropOut(0.9)
                .build(),
            "in")
        .addLayer(
            "norm",
            new BatchNormalization.Builder().nOut(12).activation(Activation.RELU).build(),
            "hidden")
        .addLayer("out", output(12), "norm")
        .setOutputs("out")
        .build();
  }

  private static ComputationGraphConfiguration linear(IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(5)
        .updater(updater)
        .weightInit(WeightInit.XAVIER)
        .graphBuilder()
        .addInputs("in")
        .addLayer("out", output(FEATURES), "in")
        .setOutputs("out")
        .build();
  }

  private static OutputLayer output(int inputs) {
    return new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
        .nIn(inputs)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static ComputationGraph fit(
      ComputationGraphConfiguration configuration,
      LongTailTrainingMaster master,
      JavaRDD<DataSet> data,
      int epochs) {
    SparkComputationGraph graph =
        new SparkComputationGraph(spark, new ComputationGraph(configuration), master);
    graph.getNetwork().init();
    for (int epoch = 0; epoch < epochs; epoch++) {
      graph.fit(data);
    }
    return graph.getNetwork();
  }

  @Test
  void fittingTwiceGivesTheSameBits() {
    JavaRDD<DataSet> data = spark.parallelize(examples(90), 5);
    LongTailTrainingMaster master = LongTailTrainingMaster.of(2, 8, 3);
    ComputationGraph first = fit(withBatchNorm(new Nesterovs(0.05, 0.9)), master, data, 2);
    ComputationGraph second = fit(withBatchNorm(new Nesterovs(0.05, 0.9)), master, data, 2);
    assertThat(second.params().toFloatVector()).containsExactly(first.params().toFloatVector());
    assertThat(second.getUpdater().getStateViewArray().toFloatVector())
        .containsExactly(first.getUpdater().getStateViewArray().toFloatVector());
  }

  /** Images of one brightness per class. */
  private static List<DataSet> images(int count) {
    List<DataSet> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      INDArray y = Nd4j.create(1, CLASSES);
      y.putScalar(0, i % CLASSES, 1);
      examples.add(new DataSet(Nd4j.valueArrayOf(new long[] {1, 8, 8, 3}, i % CLASSES - 1.0), y));
    }
    return examples;
  }

  @Test
  void trainsTheBackbonesOfThisProgram() {
    Architecture architecture =
        new Architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard(), CLASSES, 8, 8);
    JavaRDD<DataSet> data = spark.parallelize(images(48), 3);
    List<float[]> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      try (Network network = Network.create(architecture, DataType.FLOAT, 1)) {
        SparkComputationGraph graph =
            new SparkComputationGraph(spark, network.graph(), LongTailTrainingMaster.of(2, 8, 3));
        double before = graph.evaluate(data).accuracy();
        float[] initial = network.parameters().dup().toFloatVector();
        for (int epoch = 0; epoch < 8; epoch++) {
          graph.fit(data);
        }
        assertThat(graph.evaluate(data).accuracy()).isGreaterThan(before).isGreaterThan(0.9);
        runs.add(graph.getNetwork().params().dup().toFloatVector());
        assertThat(runs.get(run)).isNotEqualTo(initial);
      }
    }
    assertThat(runs.get(1)).containsExactly(runs.get(0));
  }

  @Test
  void theNumberOfPartitionsOfTheDataDoesNotMatter() {
    LongTailTrainingMaster master = LongTailTrainingMaster.of(2, 8, 3);
    ComputationGraph three =
        fit(linear(new Sgd(0.1)), master, spark.parallelize(examples(48), 3), 1);
    ComputationGraph five =
        fit(linear(new Sgd(0.1)), master, spark.parallelize(examples(48), 5), 1);
    assertThat(five.params().toFloatVector()).containsExactly(three.params().toFloatVector());
  }

  @Test
  void mergingEveryStepOfPlainSgdIsOneStepOnTheWholeBatch() {
    List<DataSet> examples = examples(32);
    ComputationGraph two =
        fit(
            linear(new Sgd(0.1)),
            LongTailTrainingMaster.of(2, 16, 1),
            spark.parallelize(examples, 2),
            1);
    ComputationGraph whole = new ComputationGraph(linear(new Sgd(0.1)));
    whole.init();
    whole.fit(DataSet.merge(examples));
    assertThat(two.params().distance2(whole.params())).isLessThan(1e-6);
    assertThat(two.getIterationCount()).isEqualTo(1);
  }

  @Test
  void fittingLearnsAndEvaluateCounts() {
    JavaRDD<DataSet> data = spark.parallelize(examples(120), 2);
    SparkComputationGraph graph =
        new SparkComputationGraph(
            spark, withBatchNorm(new Nesterovs(0.05, 0.9)), LongTailTrainingMaster.of(2, 10, 2));
    graph.fit(data);
    double first = graph.getScore();
    for (int epoch = 1; epoch < 6; epoch++) {
      graph.fit(data);
    }
    assertThat(graph.getScore()).isLessThan(first);
    assertThat(graph.getNetwork().getEpochCount()).isEqualTo(6);
    assertThat(graph.evaluate(data).accuracy()).isGreaterThan(0.9);
  }

  @Test
  void whatIsNotSupportedSaysWhatToUse() {
    LongTailTrainingMaster master = LongTailTrainingMaster.of(1, 1, 1);
    assertThatThrownBy(() -> master.addHook(null))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("use a listener");
    assertThatThrownBy(() -> LongTailTrainingMaster.of(0, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("workers");
  }
}
