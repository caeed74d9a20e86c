package longtail.method.glmc;

import static longtail.golden.GoldenNetworks.part;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.golden.GlmcWeights;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.loss.ClassWeighting;
import longtail.loss.CrossEntropy;
import longtail.loss.WeightedCrossEntropy;
import longtail.method.Batch;
import longtail.method.StepBatches;
import longtail.method.StepResult;
import longtail.method.Update;
import longtail.mix.CutBox;
import longtail.mix.Cutmix;
import longtail.mix.TwoSamplerMix;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.GlmcHead;
import longtail.nn.head.HeadWeights;
import longtail.nn.layer.Mode;
import longtail.optim.Cosine;
import longtail.optim.Counting;
import longtail.optim.Moment;
import longtail.optim.Schedule;
import longtail.optim.Sgd;
import longtail.optim.Span;
import longtail.optim.UpdateRule;
import longtail.optim.WarmupCosine;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Some epochs of GLMC on a small network, by its own step. */
public final class GlmcTrajectoryGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.GLMC, "train_trajectory*");
  }

  @Override
  public void run(GoldenCase golden) {
    JsonNode params = golden.params();
    INDArray images = golden.array("org1");
    Architecture architecture =
        new Architecture(
            new CifarResnet(
                6 * params.path("blocks").get(0).asInt() + 2,
                params.path("nf").asInt(),
                Shortcut.A),
            new GlmcHead(HeadWeights.KAIMING, embedding(params)),
            params.path("num_classes").asInt(),
            (int) images.size(3),
            (int) images.size(4));
    try (Network network = Network.create(architecture, DataType.DOUBLE, 1)) {
      new Run(golden, network).train();
    }
  }

  private static int embedding(JsonNode params) {
    for (JsonNode entry : params.path("state_dict")) {
      if (entry.get(1).asText().equals(GlmcHead.PROJECTION + ".bias")) {
        return entry.get(2).get(0).asInt();
      }
    }
    throw new AssertionError("the state has no projector");
  }

  /** One training. */
  private static final class Run {
    private final GoldenCase golden;
    private final JsonNode params;
    private final Network network;
    private final Map<String, ParameterBlock> blocks;
    private final int epochs;
    private final int iterations;

    Run(GoldenCase golden, Network network) {
      this.golden = golden;
      this.network = network;
      params = golden.params();
      epochs = params.path("epochs").asInt();
      iterations = params.path("iters").asInt();
      blocks =
          network.layout().stream()
              .collect(Collectors.toMap(ParameterBlock::name, Function.identity()));
    }

    void train() {
      for (JsonNode entry : params.path("state_dict")) {
        ParameterBlock block = blocks.get(entry.get(1).asText());
        if (block != null) {
          double[] values = GlmcWeights.values(params.path("seed").asLong(), entry);
          part(network.parameters(), block)
              .assign(Nd4j.createFromArray(values).reshape('c', block.shape()));
        }
      }
      double base = params.path("lr").asDouble();
      Sgd sgd =
          new Sgd(
              base,
              params.path("momentum").asDouble(),
              false,
              params.path("weight_decay").asDouble());
      Update update = new Update(UpdateRule.of(sgd), network, trainable());
      GlmcLoss loss = loss();
      Curves curves = new Curves();
      try (GlmcStep step = new GlmcStep(network, loss, update, Cutmix.Shares.LAMBDA)) {
        for (int epoch = 0; epoch < epochs; epoch++) {
          double rate = schedule().rate(base, Moment.ofEpoch(epoch, epochs));
          curves.rates.add(rate);
          loss.epoch(epoch, (double) epoch / epochs);
          for (int i = 0; i < iterations; i++) {
            curves.add(step.run(batches(i), shared(epoch, i), rate, (long) epoch * iterations + i));
          }
          INDArray validation = channelsLast(golden.array("val_images"));
          curves.logits.add(network.forward(validation, Mode.EVAL).logits().dup('c'));
        }
      }
      curves.check(golden);
      end(update.state());
    }

    private GlmcLoss loss() {
      ClassCounts counts = ClassCounts.of(golden.tensor("class_counts").ints());
      ClassWeighting weights =
          new ClassWeighting.InversePower(params.path("label_weighting").asDouble());
      return new GlmcLoss(
          new CrossEntropy().bind(counts),
          new WeightedCrossEntropy(weights, WeightedCrossEntropy.Divisor.SAMPLES).bind(counts),
          params.path("contrast_weight").asDouble());
    }

    private Schedule schedule() {
      return params.path("dataset").asText().startsWith("cifar")
          ? new Cosine(0, Optional.empty(), Counting.FROM_ZERO)
          : new WarmupCosine(10, 0.1, 0, WarmupCosine.Compat.GLMC);
    }

    private List<Span> trainable() {
      return Span.joined(
          network.layout().stream()
              .filter(ParameterBlock::trainable)
              .map(block -> new Span(block.offset(), block.length()))
              .toList());
    }

    private StepBatches batches(int iteration) {
      return new StepBatches(batch("org", iteration), List.of(batch("invs", iteration)));
    }

    private Batch batch(String name, int iteration) {
      INDArray labels = golden.array("labels_" + name).slice(iteration);
      int[] classes = labels.toIntVector();
      return new Batch(
          IntStream.of(1, 2)
              .mapToObj(view -> channelsLast(golden.array(name + view).slice(iteration)))
              .toList(),
          classes,
          IntStream.range(0, classes.length).toArray());
    }

    private TwoSamplerMix.Shared shared(int epoch, int iteration) {
      double lambda = golden.array("lam").getDouble(epoch, iteration);
      INDArray images = golden.array("org1");
      return new TwoSamplerMix.Shared(
          lambda,
          CutBox.around(
              lambda,
              golden.array("cx").getInt(epoch, iteration),
              golden.array("cy").getInt(epoch, iteration),
              (int) images.size(3),
              (int) images.size(4)));
    }

    /** What the parameters, their statistics and the momentum have become. */
    private void end(INDArray velocity) {
      List<Double> sums = new ArrayList<>();
      List<Double> momenta = new ArrayList<>();
      for (JsonNode entry : params.path("state_dict")) {
        ParameterBlock block = blocks.get(entry.get(1).asText());
        if (block == null) {
          sums.addAll(List.of(2.0 * epochs * iterations, 2.0 * epochs * iterations));
          continue;
        }
        INDArray values = part(network.parameters(), block);
        sums.add(values.sumNumber().doubleValue());
        sums.add(values.norm1Number().doubleValue());
        if (block.trainable()) {
          momenta.add(part(velocity, block).sumNumber().doubleValue());
        }
        // outputs leave out which block of a stage, where it is the first
        String output = "final_" + block.name().replace(".0.", ".").replace('.', '_');
        if (golden.outputs().contains(output)) {
          golden.check(output, values);
        }
      }
      golden.check("final_state_sum_abssum", values(sums));
      golden.check("final_momentum_sum", values(momenta));
    }
  }

  /** What is written down during a training. */
  private static final class Curves {
    private final List<Double> rates = new ArrayList<>();
    private final List<StepResult> steps = new ArrayList<>();
    private final List<INDArray> logits = new ArrayList<>();

    void add(StepResult result) {
      steps.add(result);
    }

    void check(GoldenCase golden) {
      golden.check("lr_used", values(rates));
      golden.check("loss", steps.stream().mapToDouble(StepResult::loss).toArray());
      golden.check("alpha", figures("balance_weight"));
      golden.check("balance_loss", figures("balance_loss"));
      golden.check("rebalance_loss", figures("rebalance_loss"));
      golden.check("contrastive_loss", figures("similarity_loss"));
      golden.check(
          "val_logits",
          logits.stream().flatMapToDouble(l -> Arrays.stream(l.data().asDouble())).toArray());
    }

    private double[] figures(String name) {
      return steps.stream().mapToDouble(step -> step.figures().get(name)).toArray();
    }
  }

  private static double[] values(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static INDArray channelsLast(INDArray images) {
    return images.permute(0, 2, 3, 1).dup('c');
  }
}
