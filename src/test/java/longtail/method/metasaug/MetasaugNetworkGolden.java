package longtail.method.metasaug;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.golden.TinyNetworks;
import longtail.method.Batch;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.Mode;
import longtail.statistics.ClassRows;
import longtail.statistics.StatisticsGolden;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Whole iterations of MetaSAug on residual networks, where batch statistics move as well. */
public final class MetasaugNetworkGolden implements GoldenCheck {
  private static final int DIGEST = 50;

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.METASAUG, "meta_iter_tinynet*", "meta_iter_resnet*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.name().startsWith("meta_iter_tinynet")) {
      whole(golden);
    } else {
      digests(golden);
    }
  }

  private static void whole(GoldenCase golden) {
    INDArray images = images(golden, "images");
    JsonNode params = golden.params();
    int classes = params.path("class_num").asInt();
    int channels = params.path("param_shapes").get(0).get(0).asInt();
    int features = params.path("feature_num").asInt();
    try (Network network =
        TinyNetworks.residual(classes, channels, features, images.size(1), images.size(2))) {
      List<ParameterBlock> parameters = blocks(golden, network, "param_names");
      List<ParameterBlock> statistics = blocks(golden, network, "bn_stat_names");
      set(network, parameters, golden.array("params"));
      set(network, statistics, golden.array("bn_stats"));
      before(golden, network, images);
      MetaIteration iteration = MetasaugGolden.iteration(golden, network, Gradient.EXACT);
      iteration.begin(MetasaugGolden.statistics(golden));
      ClassRows covariances = MetasaugGolden.all(iteration.statistics());
      double real = step(golden, iteration, "", 0);
      golden.check("pseudo_loss", iteration.pseudoLoss());
      golden.check("pseudo_grad", flat(iteration.pseudoGradient(), parameters));
      golden.check("pseudo_params", flat(iteration.pseudoParameters(), parameters));
      golden.check("meta_loss", iteration.metaLoss());
      golden.check("meta_grad", flat(iteration.metaGradient(), parameters));
      golden.check(
          "grad_cov", MetasaugGolden.spread(iteration.covarianceGradient(), covariances).values());
      golden.check("new_cov", changed(iteration, covariances).values());
      golden.check("real_loss", real);
      golden.check("real_grad", flat(network.gradients(), parameters));
      golden.check("final_params", flat(network.parameters(), parameters));
      golden.check("bn_stats_after", flat(network.parameters(), statistics));
      StatisticsGolden.check(
          golden, iteration.statistics(), "cov_after", "ave_after", "amount_after");
    }
  }

  private static void digests(GoldenCase golden) {
    JsonNode params = golden.params();
    INDArray images = images(golden, "images1");
    int blocks = params.path("num_blocks").get(0).asInt();
    try (Network network =
        Network.create(
            new Architecture(
                new CifarResnet(6 * blocks + 2, 16, Shortcut.A),
                LinearHead.standard(),
                params.path("class_num").asInt(),
                (int) images.size(1),
                (int) images.size(2)),
            DataType.DOUBLE,
            1)) {
      List<ParameterBlock> parameters = blocks(golden, network, "param_names");
      List<ParameterBlock> statistics = blocks(golden, network, "bn_stat_names");
      generate(network, parameters, params.path("lcg_seed").asLong());
      before(golden, network, images);
      MetaIteration iteration = MetasaugGolden.iteration(golden, network, Gradient.EXACT);
      iteration.begin(MetasaugGolden.statistics(golden));
      for (int k = 1; k <= params.path("iterations").asInt(); k++) {
        ClassRows covariances = MetasaugGolden.all(iteration.statistics());
        double real = step(golden, iteration, Integer.toString(k), k - 1);
        golden.check("pseudo_loss" + k, iteration.pseudoLoss());
        golden.check("meta_loss" + k, iteration.metaLoss());
        golden.check("real_loss" + k, real);
        golden.check("pseudo_grad_norms" + k, norms(parts(iteration.pseudoGradient(), parameters)));
        digest(golden, "meta_grad", k, parts(iteration.metaGradient(), parameters));
        digest(golden, "final", k, parts(network.parameters(), parameters));
        digest(
            golden,
            "grad_cov",
            k,
            rows(MetasaugGolden.spread(iteration.covarianceGradient(), covariances)));
        digest(golden, "new_cov", k, rows(changed(iteration, covariances)));
      }
      List<INDArray> after = parts(network.parameters(), statistics);
      golden.check("bn_stats_after_norms", norms(after));
      golden.check("bn_stats_after_head", heads(after));
      List<INDArray> covariances = rows(MetasaugGolden.all(iteration.statistics()));
      golden.check("cov_after_norms", norms(covariances));
      golden.check("cov_after_head", heads(covariances));
    }
  }

  private static void digest(GoldenCase golden, String name, int step, List<INDArray> tensors) {
    golden.check(name + "_norms" + step, norms(tensors));
    golden.check(name + "_head" + step, heads(tensors));
  }

  /** What the network says before the first iteration. */
  private static void before(GoldenCase golden, Network network, INDArray images) {
    Activations still = network.forward(images, Mode.RUNNING_STATISTICS);
    golden.check("logits_eval", still.logits());
    if (golden.outputs().contains("features_eval")) {
      golden.check("features_eval", still.features());
    }
    Activations training = network.forward(images, Mode.BATCH_STATISTICS);
    golden.check("features_train", training.features());
    golden.check("logits_train", training.logits());
  }

  private static double step(
      GoldenCase golden, MetaIteration iteration, String suffix, long number) {
    return iteration.step(
        batch(golden, "images" + suffix, "labels" + suffix),
        batch(golden, "meta_images" + suffix, "meta_labels" + suffix),
        golden.params().path("lr_real").asDouble(),
        number);
  }

  private static ClassRows changed(MetaIteration iteration, ClassRows covariances) {
    return covariances.plus(MetasaugGolden.spread(iteration.covarianceChange(), covariances), 1);
  }

  private static Batch batch(GoldenCase golden, String images, String labels) {
    int[] classes = golden.tensor(labels).ints();
    return new Batch(images(golden, images), classes, new int[classes.length]);
  }

  private static INDArray images(GoldenCase golden, String name) {
    return golden.array(name).permute(0, 2, 3, 1).dup('c');
  }

  /** The blocks that the case lists; the head has another name in some networks. */
  private static List<ParameterBlock> blocks(GoldenCase golden, Network network, String list) {
    List<ParameterBlock> blocks = new ArrayList<>();
    for (JsonNode name : golden.params().path(list)) {
      String wanted = name.asText();
      blocks.add(
          network.layout().stream()
              .filter(
                  block ->
                      block.name().equals(wanted)
                          || block.name().equals(wanted.replace("linear.", "classifier.")))
              .findFirst()
              .orElseThrow(() -> new AssertionError("the network has no " + wanted)));
    }
    return blocks;
  }

  private static void set(Network network, List<ParameterBlock> blocks, INDArray values) {
    long offset = 0;
    for (ParameterBlock block : blocks) {
      part(network.parameters(), block)
          .assign(values.get(NDArrayIndex.interval(offset, offset + block.length())));
      offset += block.length();
    }
  }

  /** The parameters of the rule that the case states, from one linear congruential stream. */
  private static void generate(Network network, List<ParameterBlock> blocks, long seed) {
    long state = seed;
    for (ParameterBlock block : blocks) {
      double fanIn = Arrays.stream(block.shape()).skip(1).reduce(1, Math::multiplyExact);
      double[] values = new double[(int) block.length()];
      for (int i = 0; i < values.length; i++) {
        state = (1103515245L * state + 12345L) & 0x7FFFFFFFL;
        double u = state / 0x1p31;
        values[i] =
            switch (block.role()) {
              case CONVOLUTION, HEAD_WEIGHT -> (2 * u - 1) * Math.sqrt(3) * Math.sqrt(2 / fanIn);
              case NORM_SCALE -> 0.5 + u;
              case NORM_SHIFT, HEAD_BIAS -> 0.2 * (u - 0.5);
              default -> throw new AssertionError("no rule for " + block);
            };
      }
      part(network.parameters(), block).assign(Nd4j.createFromArray(values));
    }
  }

  private static INDArray part(INDArray flat, ParameterBlock block) {
    return flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
  }

  private static List<INDArray> parts(INDArray flat, List<ParameterBlock> blocks) {
    return blocks.stream().map(block -> part(flat, block)).toList();
  }

  private static INDArray flat(INDArray vector, List<ParameterBlock> blocks) {
    return Nd4j.concat(0, parts(vector, blocks).toArray(INDArray[]::new));
  }

  private static List<INDArray> rows(ClassRows rows) {
    return IntStream.range(0, rows.classes().length)
        .mapToObj(row -> rows.values().slice(row))
        .toList();
  }

  private static double[] norms(List<INDArray> tensors) {
    return tensors.stream().mapToDouble(t -> t.norm2Number().doubleValue()).toArray();
  }

  private static double[] heads(List<INDArray> tensors) {
    return tensors.stream()
        .flatMapToDouble(t -> Arrays.stream(Arrays.copyOf(t.dup('c').data().asDouble(), DIGEST)))
        .toArray();
  }
}
