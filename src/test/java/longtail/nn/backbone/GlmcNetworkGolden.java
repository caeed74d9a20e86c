package longtail.nn.backbone;

import static longtail.golden.GlmcWeights.uniform;
import static longtail.golden.GoldenNetworks.filled;
import static longtail.golden.GoldenNetworks.part;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.GoldenNetworks;
import longtail.golden.Seed;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.GlmcHead;
import longtail.nn.head.HeadWeights;
import longtail.nn.layer.ConvolutionWeights;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** GLMC's networks with their four heads: outputs, gradients and running statistics. */
public final class GlmcNetworkGolden implements GoldenCheck {
  private static final int IMAGES = 60000;
  private static final int PROJECTIONS = 30000;

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.GLMC, "net_*", "param_counts*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.name().startsWith("param_counts")) {
      counts(golden);
    } else {
      network(golden);
    }
  }

  private static Backbone backbone(JsonNode arch) {
    int depth = depth(arch);
    return switch (arch.path("kind").asText()) {
      case "cifar_basic_A" -> new CifarResnet(depth, arch.path("nf").asInt(), Shortcut.A);
      case "cifar_4stage_basic", "cifar_4stage_bottleneck" -> SmallImageResnet.ofDepth(depth);
      case "imagenet_basic" -> new Resnet(depth, ConvolutionWeights.UNIFORM);
      case "imagenet_bottleneck" ->
          arch.path("groups").asInt() > 1
              ? new Resnext(
                  depth,
                  arch.path("groups").asInt(),
                  arch.path("width_per_group").asInt(),
                  ConvolutionWeights.UNIFORM)
              : new Resnet(depth, ConvolutionWeights.UNIFORM, outputStride(arch));
      default -> throw new AssertionError("no such network: " + arch);
    };
  }

  private static int depth(JsonNode arch) {
    int blocks = 0;
    for (JsonNode stage : arch.path("blocks")) {
      blocks += stage.asInt();
    }
    boolean bottleneck = arch.path("kind").asText().endsWith("bottleneck");
    return blocks * (bottleneck ? 3 : 2) + 2;
  }

  private static int outputStride(JsonNode arch) {
    int stride = 32;
    for (JsonNode dilated : arch.path("replace_stride_with_dilation")) {
      stride = dilated.asBoolean() ? stride / 2 : stride;
    }
    return stride;
  }

  private static void network(GoldenCase golden) {
    JsonNode params = golden.params();
    JsonNode arch = params.path("arch");
    int size = params.path("S").asInt();
    long seed = params.path("seed").asLong();
    GlmcHead head = new GlmcHead(HeadWeights.UNIFORM, arch.path("hidden").asInt());
    Architecture architecture =
        new Architecture(backbone(arch), head, arch.path("num_classes").asInt(), size, size);
    try (Network network = Network.create(architecture, DataType.DOUBLE, 1)) {
      List<Integer> positions = set(network, seed);
      long[] shape = {params.path("B").asInt(), 3, size, size};
      INDArray images = GoldenNetworks.images(shape, i -> 2 * uniform(seed, IMAGES, i) - 1);
      golden.check("eval_logits", network.forward(images, Mode.EVAL).logits());
      Activations out = network.forward(images, Mode.TRAIN);
      golden.check("feature", out.features());
      golden.check("activation_digest", activations(network, params, architecture));
      List<INDArray> outputs =
          List.of(
              out.auxiliary().get(GlmcHead.PLAIN),
              out.logits(),
              out.auxiliary().get(GlmcHead.PROJECTION),
              out.auxiliary().get(GlmcHead.PREDICTION));
      List<INDArray> weights = new ArrayList<>();
      double loss = 0;
      for (int k = 0; k < outputs.size(); k++) {
        int row = IMAGES + 1 + k;
        golden.check(List.of("out", "out_cb", "z", "p").get(k), outputs.get(k));
        weights.add(filled(outputs.get(k).shape(), i -> 2 * uniform(seed, row, i) - 1));
        loss += outputs.get(k).mul(weights.get(k)).sumNumber().doubleValue();
      }
      golden.check("loss", loss);
      network.backward(
          null,
          weights.get(1),
          Map.of(
              GlmcHead.PLAIN, weights.get(0),
              GlmcHead.PROJECTION, weights.get(2),
              GlmcHead.PREDICTION, weights.get(3)));
      gradients(golden, network, seed, positions);
    }
  }

  private static void gradients(
      GoldenCase golden, Network network, long seed, List<Integer> positions) {
    List<double[]> gradients = new ArrayList<>();
    List<double[]> statistics = new ArrayList<>();
    Map<String, INDArray> byOutput = new LinkedHashMap<>();
    List<ParameterBlock> layout = network.layout();
    for (int b = 0; b < layout.size(); b++) {
      ParameterBlock block = layout.get(b);
      if (block.trainable()) {
        int position = positions.get(b);
        INDArray gradient = part(network.gradients(), block);
        String name = golden.params().path("grad_names").get(gradients.size()).asText();
        byOutput.put("grad_" + name.replace('.', '_'), gradient);
        double[] g = gradient.dup('c').data().asDouble();
        double projected = 0;
        for (int i = 0; i < g.length; i++) {
          projected += g[i] * (2 * uniform(seed, PROJECTIONS + position, i) - 1);
        }
        gradients.add(
            new double[] {
              Arrays.stream(g).sum(), Arrays.stream(g).map(Math::abs).sum(), projected
            });
      } else {
        double[] s = part(network.parameters(), block).dup('c').data().asDouble();
        statistics.add(
            new double[] {Arrays.stream(s).sum(), Arrays.stream(s).map(v -> v * v).sum()});
      }
    }
    golden.check("grad_digest", flat(gradients));
    golden.check("running_digest", flat(statistics));
    golden.outputs().stream()
        .filter(output -> output.startsWith("grad_") && !output.equals("grad_digest"))
        .forEach(output -> golden.check(output, byOutput.get(output)));
  }

  /** Sum, absolute sum and sum of squares of the stages' outputs. */
  private static double[] activations(Network network, JsonNode params, Architecture architecture) {
    List<Stages.Stage> stages = architecture.backbone().stages().stages();
    List<double[]> rows = new ArrayList<>();
    int stage = 0;
    for (JsonNode name : params.path("stages")) {
      boolean rectified = !params.path("arch").path("kind").asText().equals("cifar_basic_A");
      INDArray map;
      if (name.asText().equals("bn1")) {
        map = rectified ? network.activation("bn1") : normalized(network);
      } else if (name.asText().equals("conv1")) {
        map = network.activation("bn1");
      } else if (name.asText().equals("maxpool")) {
        map = network.activation("maxpool");
      } else {
        stage++;
        map = network.activation("layer%d.%d".formatted(stage, stages.get(stage - 1).blocks() - 1));
      }
      double[] x = map.dup('c').data().asDouble();
      rows.add(
          new double[] {
            Arrays.stream(x).sum(),
            Arrays.stream(x).map(Math::abs).sum(),
            Arrays.stream(x).map(v -> v * v).sum()
          });
    }
    return flat(rows);
  }

  /** The first normalisation before its rectifier, which our networks never hold. */
  private static INDArray normalized(Network network) {
    INDArray x = network.activation("conv1").dup('c');
    INDArray rows = x.reshape('c', x.length() / x.size(3), x.size(3));
    INDArray deviation = rows.var(false, 0).addi(1e-5);
    rows.subiRowVector(rows.mean(0)).diviRowVector(Nd4j.math().sqrt(deviation));
    rows.muliRowVector(parameter(network, "bn1.weight"));
    return rows.addiRowVector(parameter(network, "bn1.bias"));
  }

  private static INDArray parameter(Network network, String name) {
    ParameterBlock block =
        network.layout().stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow();
    return part(network.parameters(), block);
  }

  /**
   * Fills the network by the seed's rule; returns the blocks' positions in the state dictionary.
   */
  private static List<Integer> set(Network network, long seed) {
    List<Integer> positions = new ArrayList<>();
    int position = 0;
    for (ParameterBlock block : network.layout()) {
      int t = position;
      double fanIn = Arrays.stream(block.shape()).skip(1).reduce(1, Math::multiplyExact);
      part(network.parameters(), block)
          .assign(
              filled(
                  block.shape(),
                  i -> {
                    double u = uniform(seed, t, i);
                    return switch (block.role()) {
                      case CONVOLUTION -> Math.sqrt(6 / fanIn) * (2 * u - 1);
                      case HEAD_WEIGHT, AUXILIARY_WEIGHT -> Math.sqrt(3 / fanIn) * (2 * u - 1);
                      case NORM_SCALE -> 0.8 + 0.4 * u;
                      case NORM_SHIFT, HEAD_BIAS, AUXILIARY_BIAS, RUNNING_MEAN -> 0.2 * (2 * u - 1);
                      case RUNNING_VARIANCE -> 0.75 + 0.5 * u;
                      default -> throw new AssertionError("no rule for " + block.name());
                    };
                  }));
      positions.add(position);
      // The counter of batches has a position of its own behind the variance.
      position += block.role() == Role.RUNNING_VARIANCE ? 2 : 1;
    }
    return positions;
  }

  /** Numbers of parameters of the named networks. */
  private static void counts(GoldenCase golden) {
    int classes = golden.params().path("num_classes").asInt();
    List<Long> counts = new ArrayList<>();
    for (JsonNode model : golden.params().path("models")) {
      Architecture architecture = named(model.asText(), classes);
      counts.add(
          architecture.layout().stream()
              .filter(ParameterBlock::trainable)
              .mapToLong(ParameterBlock::length)
              .sum());
    }
    golden.check("params", counts.stream().mapToLong(Long::longValue).toArray());
    golden.leaveOut("flops_seed", "a count of operations that leaves out the convolutions");
  }

  private static Architecture named(String name, int classes) {
    String digits = name.replaceAll("^\\D*(\\d+).*$", "$1");
    int depth = Integer.parseInt(digits);
    boolean cifar = name.startsWith("cifar_");
    Backbone backbone;
    if (cifar) {
      backbone =
          depth == 32 ? new CifarResnet(32, 64, Shortcut.A) : SmallImageResnet.ofDepth(depth);
    } else if (name.contains("wide")) {
      backbone = new Resnext(depth, 1, 128, ConvolutionWeights.FAN_OUT);
    } else if (name.contains("resnext")) {
      backbone = new Resnext(depth, 32, depth == 101 ? 8 : 4, ConvolutionWeights.FAN_OUT);
    } else {
      backbone = Resnet.ofDepth(depth);
    }
    int embedding = cifar && depth == 32 ? 128 : 256;
    return new Architecture(
        backbone, new GlmcHead(HeadWeights.KAIMING, embedding), classes, 64, 64);
  }

  private static double[] flat(List<double[]> rows) {
    return rows.stream().flatMapToDouble(Arrays::stream).toArray();
  }
}
