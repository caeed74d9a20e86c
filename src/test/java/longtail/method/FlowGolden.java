package longtail.method;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.eval.Evaluation;
import longtail.eval.Predictions;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.GoldenRates;
import longtail.golden.Seed;
import longtail.loss.BalancedSoftmax;
import longtail.loss.CrossEntropy;
import longtail.loss.Loss;
import longtail.method.metasampler.BilevelStep;
import longtail.method.supervised.Supervised;
import longtail.nn.FeatureNetwork;
import longtail.nn.FrozenNorm;
import longtail.nn.Network;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.nn.head.LwsHead;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import longtail.optim.Cosine;
import longtail.optim.Counting;
import longtail.optim.ParameterGroups;
import longtail.optim.Schedule;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import longtail.optim.WarmupCosine;
import longtail.sample.GumbelDraw;
import longtail.sample.MetaSamplerGolden;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Whole two-stage runs on normalised features: rates, losses, accuracies, parameters. */
public final class FlowGolden implements GoldenCheck {
  private static final Shots SHOTS = new Shots(100, 20);

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BALMS, "flow_*");
  }

  @Override
  public void run(GoldenCase golden) {
    boolean scaled = golden.has("init_W");
    INDArray weight = golden.array(scaled ? "init_W" : "W");
    Head head = scaled ? new LwsHead(LwsHead.Bias.GIVEN) : LinearHead.standard();
    int width = (int) weight.size(1);
    try (Network network = FeatureNetwork.normalized(head, width, (int) weight.size(0))) {
      FeatureNetwork.set(network, scaled ? Role.FIXED_WEIGHT : Role.HEAD_WEIGHT, weight);
      INDArray bias = golden.array(scaled ? "init_b" : "b");
      FeatureNetwork.set(network, scaled ? Role.FIXED_BIAS : Role.HEAD_BIAS, bias);
      boolean second = golden.has("init_bn_weight");
      if (second) {
        FeatureNetwork.set(network, Role.NORM_SCALE, golden.array("init_bn_weight"));
        FeatureNetwork.set(network, Role.NORM_SHIFT, golden.array("init_bn_bias"));
        FeatureNetwork.set(network, Role.RUNNING_MEAN, golden.array("init_bn_running_mean"));
        FeatureNetwork.set(network, Role.RUNNING_VARIANCE, golden.array("init_bn_running_var"));
        network.freezeBackbone(FrozenNorm.BATCH);
      }
      Loss loss = second && !scaled ? new BalancedSoftmax() : new CrossEntropy();
      Flow flow = new Flow(golden, network);
      if (golden.has("gumbel")) {
        flow.run(flow.metaSoftmax(loss));
      } else {
        List<Span> learnt =
            second ? FeatureNetwork.head(network) : FeatureNetwork.everything(network);
        flow.run(flow.supervised(loss, learnt));
      }
    }
  }

  /** The steps of a run. */
  private interface Steps {
    int[] rows(int step);

    /** Learns from these rows of the training set; returns the loss. */
    double step(int step, Batch batch, double rate);
  }

  private static final class Flow {
    private final GoldenCase golden;
    private final JsonNode params;
    private final Network network;
    private final ClassCounts counts;
    private final int[] labels;
    private final INDArray images;

    Flow(GoldenCase golden, Network network) {
      this.golden = golden;
      this.network = network;
      params = golden.params();
      counts = ClassCounts.of(golden.tensor("freq").ints());
      labels = golden.tensor("train_labels").ints();
      images = golden.array("train_x");
    }

    /** Batches in the order of the dataset. */
    Steps supervised(Loss loss, List<Span> learnt) {
      Learner learner = new Supervised().learner(problem(loss, learnt));
      int size = params.path("batch_size").asInt();
      int steps = params.path("steps_per_epoch").asInt();
      return new Steps() {
        @Override
        public int[] rows(int step) {
          return IntStream.range(0, size).map(i -> step % steps * size + i).toArray();
        }

        @Override
        public double step(int step, Batch batch, double rate) {
          return learner.step(StepBatches.of(batch), rate, step).loss();
        }
      };
    }

    /** Batches by the case's Gumbel noise and the rates as they are learnt. */
    Steps metaSoftmax(Loss loss) {
      BilevelStep bilevel = new BilevelStep(problem(loss, FeatureNetwork.head(network)));
      GoldenRates rates = new GoldenRates(golden, labels);
      int[] metaLabels = golden.tensor("val_labels").ints();
      List<double[]> metaRows = MetaSamplerGolden.rows(golden.tensor("meta_indices_into_val"));
      List<double[]> found = new ArrayList<>();
      return new Steps() {
        @Override
        public int[] rows(int step) {
          return rates.draws(step).stream().mapToInt(GumbelDraw::row).toArray();
        }

        @Override
        public double step(int step, Batch batch, double rate) {
          int[] rows = Arrays.stream(metaRows.get(step)).mapToInt(row -> (int) row).toArray();
          Batch meta = batch(golden.array("val_x"), metaLabels, rows);
          BilevelStep.Outcome outcome = bilevel.run(batch, meta, rate, step);
          rates.learn(step, outcome.atWeights());
          found.add(rates.current());
          if (step == metaRows.size() - 1) {
            golden.check("w_per_step", found.stream().flatMapToDouble(Arrays::stream).toArray());
          }
          return outcome.loss();
        }
      };
    }

    private LearningProblem problem(Loss loss, List<Span> learnt) {
      Sgd optimizer =
          new Sgd(
              params.path("lr_clf").asDouble(),
              params.path("momentum").asDouble(),
              false,
              params.path("weight_decay").asDouble());
      double features = params.path("lr_feat").asDouble() / params.path("lr_clf").asDouble();
      UpdateRule rule =
          new UpdateRule(
              optimizer,
              Optional.empty(),
              new ParameterGroups(1, features, ParameterGroups.Decay.ALL),
              Optional.empty(),
              Optional.empty());
      return new LearningProblem(network, loss.bind(counts), rule, learnt, counts, 1, 1);
    }

    private static Batch batch(INDArray features, int[] labels, int[] rows) {
      return new Batch(
          FeatureNetwork.images(Nd4j.pullRows(features, 1, rows)),
          Arrays.stream(rows).map(row -> labels[row]).toArray(),
          rows);
    }

    void run(Steps steps) {
      double[][] rates = rates();
      int perEpoch = params.path("steps_per_epoch").asInt();
      List<Double> losses = new ArrayList<>();
      List<double[]> metrics = new ArrayList<>();
      INDArray best = network.parameters().dup();
      int bestEpoch = 0;
      double bestAccuracy = 0;
      for (int epoch = 0; epoch < rates.length; epoch++) {
        Predictions training = Predictions.of(counts.classes());
        for (int i = 0; i < perEpoch; i++) {
          int step = epoch * perEpoch + i;
          Batch batch = batch(images, labels, steps.rows(step));
          add(training, batch.labels(), batch.images(), Mode.BATCH_STATISTICS);
          double[] rate = rates[epoch];
          losses.add(steps.step(step, batch, rate[rate.length - 1]));
        }
        Evaluation validation = evaluate("val");
        metrics.add(row(evaluation(training), validation));
        if (validation.top1() > bestAccuracy) {
          bestAccuracy = validation.top1();
          bestEpoch = epoch + 1;
          best = network.parameters().dup();
        }
      }
      golden.check("lr_per_epoch", flat(Arrays.asList(rates)));
      golden.check("minibatch_loss", losses.stream().mapToDouble(Double::doubleValue).toArray());
      golden.check("epoch_metrics", flat(metrics));
      parameters("last_");
      golden.check("best_epoch", bestEpoch);
      golden.check("best_acc", bestAccuracy);
      network.parameters().assign(best);
      parameters("best_");
      Evaluation test = evaluate("test");
      golden.check(
          "test_metrics", test.top1(), test.many(), test.medium(), test.few(), test.macroF1());
    }

    /** The rate of each parameter group in each epoch. */
    private double[][] rates() {
      boolean warm = params.has("warmup_lr");
      int length = params.path("loader_length").asInt();
      int epochs =
          warm
              ? ceiling(params.path("num_iterations").asInt(), length)
              : params.path("num_epochs").asInt();
      double base = params.path("base_lr").asDouble();
      double peak = params.path("warmup_lr").asDouble();
      double minimum = params.path("eta_min").asDouble();
      // the Meta Sampler's code leaves the frozen features out of the optimiser
      List<String> groups = golden.has("gumbel") ? List.of("lr_clf") : List.of("lr_feat", "lr_clf");
      double[][] rates = new double[epochs][groups.size()];
      for (int g = 0; g < groups.size(); g++) {
        double rate = params.path(groups.get(g)).asDouble();
        Schedule schedule =
            warm
                ? new WarmupCosine(
                    ceiling(params.path("warmup_iterations").asInt(), length),
                    base / peak,
                    minimum * rate / base,
                    WarmupCosine.Compat.BALMS)
                : new Cosine(minimum, Optional.empty(), Counting.FROM_ONE);
        for (int e = 0; e < epochs; e++) {
          rates[e][g] = schedule.rate(warm ? peak * rate / base : rate, e, epochs);
        }
      }
      return rates;
    }

    private double[] row(Evaluation training, Evaluation validation) {
      return new double[] {
        training.top1(),
        training.many(),
        training.medium(),
        training.few(),
        validation.top1(),
        validation.many(),
        validation.medium(),
        validation.few(),
        validation.macroF1()
      };
    }

    private Evaluation evaluate(String set) {
      Predictions predictions = Predictions.of(counts.classes());
      INDArray features = FeatureNetwork.images(golden.array(set + "_x"));
      add(predictions, golden.tensor(set + "_labels").ints(), features, Mode.EVAL);
      return evaluation(predictions);
    }

    private Evaluation evaluation(Predictions predictions) {
      return Evaluation.of(predictions, ClassCounts.ofLabels(labels, counts.classes()), SHOTS);
    }

    private void add(Predictions predictions, int[] ofLabels, INDArray batch, Mode mode) {
      INDArray best = network.forward(batch, mode).logits().argMax(1);
      for (int i = 0; i < ofLabels.length; i++) {
        int predicted = best.getInt(i);
        predictions.add(ofLabels[i], predicted, predicted == ofLabels[i] ? 0 : 1);
      }
    }

    private void parameters(String prefix) {
      golden.check(prefix + "bn_weight", values(Role.NORM_SCALE));
      golden.check(prefix + "bn_bias", values(Role.NORM_SHIFT));
      golden.check(prefix + "bn_running_mean", values(Role.RUNNING_MEAN));
      golden.check(prefix + "bn_running_var", values(Role.RUNNING_VARIANCE));
      boolean scaled = golden.has(prefix + "scales");
      if (scaled) {
        golden.check(prefix + "scales", values(Role.HEAD_SCALE));
      }
      golden.check(prefix + "fc_weight", values(scaled ? Role.FIXED_WEIGHT : Role.HEAD_WEIGHT));
      golden.check(prefix + "fc_bias", values(scaled ? Role.FIXED_BIAS : Role.HEAD_BIAS));
    }

    private double[] values(Role role) {
      return FeatureNetwork.get(network, network.parameters(), role);
    }

    private static int ceiling(int dividend, int divisor) {
      return (dividend + divisor - 1) / divisor;
    }

    private static double[] flat(List<double[]> rows) {
      return rows.stream().flatMapToDouble(Arrays::stream).toArray();
    }
  }
}
