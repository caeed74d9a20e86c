package longtail.method.metasampler;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.GoldenRates;
import longtail.golden.Seed;
import longtail.loss.BalancedSoftmax;
import longtail.method.Batch;
import longtail.method.LearningProblem;
import longtail.nn.FeatureNetwork;
import longtail.nn.Network;
import longtail.nn.layer.Role;
import longtail.optim.Sgd;
import longtail.optim.UpdateRule;
import longtail.sample.GumbelDraw;
import longtail.sample.MetaSamplerGolden;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Iterations of Balanced Meta-Softmax on given features, drawn by given Gumbel noise. */
public final class BalancedMetaSoftmaxGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BALMS, "bilevel_*", "balms_*");
  }

  @Override
  public void run(GoldenCase golden) {
    INDArray weight = golden.array("W");
    try (Network network = FeatureNetwork.linear((int) weight.size(1), (int) weight.size(0))) {
      FeatureNetwork.set(network, Role.HEAD_WEIGHT, weight);
      FeatureNetwork.set(network, Role.HEAD_BIAS, golden.array("b"));
      new Iterations(golden, network).run();
    }
  }

  /** The iterations of one case and their outputs, one row per iteration. */
  private static final class Iterations {
    private final GoldenCase golden;
    private final JsonNode params;
    private final Network network;
    private final int[] labels;
    private final BilevelStep step;
    private final GoldenRates rates;
    private final Map<String, List<double[]>> rows = new TreeMap<>();
    private INDArray before;

    Iterations(GoldenCase golden, Network network) {
      this.golden = golden;
      this.network = network;
      params = golden.params();
      labels = golden.tensor("labels_all").ints();
      rates = new GoldenRates(golden, labels);
      ClassCounts counts = ClassCounts.of(golden.tensor("freq").ints());
      step =
          new BilevelStep(
              new LearningProblem(
                  network,
                  new BalancedSoftmax().bind(counts),
                  UpdateRule.of(
                      new Sgd(
                          params.path("lr").asDouble(),
                          params.path("momentum").asDouble(),
                          false,
                          params.path("weight_decay").asDouble())),
                  FeatureNetwork.head(network),
                  counts,
                  1,
                  1));
    }

    void run() {
      for (int k = 0; k < params.path("K").asInt(); k++) {
        iterate(k);
      }
      rows.forEach(
          (output, values) ->
              golden.check(output, values.stream().flatMapToDouble(Arrays::stream).toArray()));
    }

    private void iterate(int k) {
      int[] picked = rates.draws(k).stream().mapToInt(GumbelDraw::row).toArray();
      INDArray features = golden.array("features_all");
      Batch main =
          new Batch(
              FeatureNetwork.images(Nd4j.pullRows(features, 1, picked)),
              Arrays.stream(picked).map(row -> labels[row]).toArray(),
              picked);
      int[] metaLabels =
          Arrays.stream(MetaSamplerGolden.rows(golden.tensor("val_labels")).get(k))
              .mapToInt(label -> (int) label)
              .toArray();
      Batch meta =
          new Batch(
              FeatureNetwork.images(golden.array("val_features").slice(k)),
              metaLabels,
              new int[metaLabels.length]);
      before = network.parameters().dup();
      BilevelStep.Outcome outcome = step.run(main, meta, params.path("lr").asDouble(), k);
      double[] gradient = rates.learn(k, outcome.atWeights());
      record(outcome, Arrays.stream(picked).asDoubleStream().toArray(), gradient);
    }

    private void record(BilevelStep.Outcome outcome, double[] indices, double[] gradient) {
      add("indices", indices);
      add("per_sample_loss", outcome.samples());
      // the look ahead and the step behind it are one and the same
      add("inner_loss", outcome.loss());
      add("outer_loss", outcome.loss());
      for (String name : List.of("W_inner", "W_after")) {
        add(name, FeatureNetwork.get(network, network.parameters(), Role.HEAD_WEIGHT));
      }
      for (String name : List.of("b_inner", "b_after")) {
        add(name, FeatureNetwork.get(network, network.parameters(), Role.HEAD_BIAS));
      }
      add("val_loss", outcome.metaLoss());
      add("dval_ds", outcome.atWeights());
      add("grad_w", gradient);
      add("w_after", rates.current());
      add("bufW_after", velocity(Role.HEAD_WEIGHT));
      add("bufb_after", velocity(Role.HEAD_BIAS));
    }

    /** Without momentum there is none; the reference has the gradient with its decay there. */
    private double[] velocity(Role role) {
      INDArray flat =
          step.update().state().isEmpty()
              ? before.sub(network.parameters()).div(params.path("lr").asDouble())
              : step.update().state();
      return FeatureNetwork.get(network, flat, role);
    }

    private void add(String output, double... row) {
      rows.computeIfAbsent(output, name -> new ArrayList<>()).add(row);
    }
  }
}
