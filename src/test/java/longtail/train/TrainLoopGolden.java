package longtail.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.GoldenNetworks;
import longtail.golden.Seed;
import longtail.golden.TensorDigests;
import longtail.loss.LossBatch;
import longtail.loss.LossFunction;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.backbone.Resnet32;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.nn.head.LwsHead;
import longtail.nn.head.NormalizedHead;
import longtail.nn.layer.Mode;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.Experiment;
import longtail.train.experiment.Stage;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Whole training runs of Bag of Tricks: stage, schedule, learner and loss of an experiment file.
 */
public final class TrainLoopGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "train_loop_*");
  }

  @Override
  public void run(GoldenCase golden) {
    JsonNode params = golden.params();
    Experiment experiment = experiment(params);
    ClassCounts counts = ClassCounts.of(golden.tensor("class_counts").ints());
    int classes = params.path("num_classes").asInt();
    long[] shape = GoldenNetworks.longs(params.path("image_shape"));
    Architecture architecture =
        new Architecture(
            Resnet32.standard(),
            head(params.path("classifier").asText()),
            classes,
            (int) shape[2],
            (int) shape[3]);
    long key = params.path("K0").asLong();
    try (Network network = Network.create(architecture, DataType.DOUBLE, 1)) {
      GoldenNetworks.setBySplitMix(network, key);
      List<Batch> batches =
          IntStream.range(0, params.path("batches").asInt())
              .mapToObj(b -> batch(params.path("labels").path(b), shape, key + 9000 + b))
              .toList();
      train(golden, experiment, network, counts, batches);
      validate(golden, experiment.stages().get(0), network, counts, batches);
    }
  }

  private static Experiment experiment(JsonNode params) {
    JsonNode lr = params.path("lr");
    boolean decoupled = List.of("cRT", "LWS").contains(params.path("classifier").asText());
    String yaml =
        """
        name: golden
        stages:
          - epochs: %d
            loss: %s
            optimizer: {type: sgd, lr: %s, momentum: 0.9, nesterov: true, weight-decay: 2.0e-4}
            schedule: {type: warmup-multistep, warmup: %d, milestones: %s, factor: %s, counting: from-one}
            freeze: %s
            frozen-norm: %s
        """
            .formatted(
                params.path("epochs").asInt(),
                loss(params),
                lr.path("base").asDouble(),
                lr.path("WARM_EPOCH").asInt(),
                lr.path("LR_STEP"),
                lr.path("LR_FACTOR").asDouble(),
                decoupled ? "backbone" : "none",
                params.path("eval_mode").asBoolean() ? "running" : "batch");
    return Experiment.parse(yaml, "golden", List.of());
  }

  private static String loss(JsonNode params) {
    String loss =
        switch (params.path("loss_type").asText()) {
          case "CrossEntropy" -> "cross-entropy";
          case "BalancedSoftmaxCE" -> "balanced-softmax";
          case "LDAMLoss" ->
              "{type: ldam, scale: 30.0, max-margin: 0.5, weights: {type: effective-number, beta: 0.9999}}";
          default -> throw new AssertionError("no such loss: " + params.path("loss_type"));
        };
    return params.path("drw").asBoolean()
        ? "{type: deferred, start-epoch: %d, loss: %s}"
            .formatted(params.path("start_epoch").asInt(), loss)
        : loss;
  }

  private static Head head(String name) {
    return switch (name) {
      case "FC", "cRT" -> LinearHead.standard();
      case "FCNorm" -> new NormalizedHead(1);
      case "LWS" -> new LwsHead(LwsHead.Bias.GIVEN);
      default -> throw new AssertionError("no such classifier: " + name);
    };
  }

  private static Batch batch(JsonNode labels, long[] shape, long key) {
    int[] classes = new int[labels.size()];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = labels.get(i).asInt();
    }
    INDArray images = GoldenNetworks.images(shape, i -> 2 * GoldenNetworks.splitMix(key, i));
    return new Batch(images, classes, new int[classes.length]);
  }

  private static void train(
      GoldenCase golden,
      Experiment experiment,
      Network network,
      ClassCounts counts,
      List<Batch> batches) {
    Stage stage = experiment.stages().get(0);
    Learner learner = StageLearning.of(experiment, 0, network, counts);
    List<Double> rates = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    List<Double> accuracies = new ArrayList<>();
    List<double[]> parameters = new ArrayList<>();
    List<double[]> statistics = new ArrayList<>();
    for (int epoch = 0; epoch < stage.epochs(); epoch++) {
      double loss = 0;
      double correct = 0;
      int examples = 0;
      learner.epoch(epoch);
      for (int b = 0; b < batches.size(); b++) {
        double rate = stage.rate(new Cursor(0, epoch, b), batches.size());
        int iteration = epoch * batches.size() + b;
        StepResult step = learner.step(StepBatches.of(batches.get(b)), rate, iteration);
        loss += step.loss() * step.examples();
        correct += step.correct();
        examples += step.examples();
      }
      learner.endEpoch();
      rates.add(stage.rate(new Cursor(0, epoch, 0), batches.size()));
      losses.add(loss / examples);
      accuracies.add(correct / examples);
      for (ParameterBlock block : network.layout()) {
        double[] values = TensorDigests.values(GoldenNetworks.part(network.parameters(), block));
        switch (block.role()) {
          case RUNNING_MEAN, RUNNING_VARIANCE -> statistics.add(values);
          default -> parameters.add(values);
        }
      }
    }
    golden.check("lr", doubles(rates));
    golden.check("train_loss", doubles(losses));
    golden.check("train_acc", doubles(accuracies));
    golden.check("param_digests", TensorDigests.rows(parameters));
    golden.check("running_stat_digests", TensorDigests.rows(statistics));
  }

  /** On the batches of the training, with the loss as it is in the last epoch. */
  private static void validate(
      GoldenCase golden, Stage stage, Network network, ClassCounts counts, List<Batch> batches) {
    LossFunction function = stage.loss().bind(counts);
    function.epoch(stage.epochs() - 1);
    double loss = 0;
    int correct = 0;
    int examples = 0;
    for (Batch batch : batches) {
      Activations out = network.forward(batch.images(), Mode.EVAL);
      loss +=
          batch.size()
              * function
                  .evaluate(LossBatch.of(out.features(), out.logits(), batch.labels()))
                  .value();
      int[] best = out.logits().argMax(1).toIntVector();
      int[] labels = batch.labels();
      correct += (int) IntStream.range(0, best.length).filter(i -> best[i] == labels[i]).count();
      examples += batch.size();
    }
    golden.check("valid_loss", loss / examples);
    golden.check("valid_acc", (double) correct / examples);
  }

  private static double[] doubles(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
