package longtail.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.loss.CrossEntropy;
import longtail.loss.LossValue;
import longtail.mix.ManifoldMixup;
import longtail.mix.MixedBatch;
import longtail.mix.MixedLoss;
import longtail.mix.Samples;
import longtail.nn.Activations;
import longtail.nn.Architecture;
import longtail.nn.Attention;
import longtail.nn.Backbone;
import longtail.nn.BatchMixing;
import longtail.nn.ConvolutionWeights;
import longtail.nn.LinearHead;
import longtail.nn.MixingPlace;
import longtail.nn.Mode;
import longtail.nn.Network;
import longtail.nn.ParameterBlock;
import longtail.nn.Resnet;
import longtail.nn.Resnet32;
import longtail.nn.Resnext;
import longtail.nn.Role;
import longtail.nn.Stages;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Backbones: layout, features, logits, gradients and running statistics. */
final class NetworkGolden implements GoldenCheck {
  private static final Pattern NETWORK =
      Pattern.compile("(res|resnet|resnext)(\\d+).*", Pattern.CASE_INSENSITIVE);

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "net_*", "layout_*", "manifold_*")
        || golden.matches(Seed.BALMS, "net_*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.name().startsWith("net_architectures")) {
      architectures(golden);
    } else if (golden.seed() == Seed.BALMS) {
      features(golden);
    } else if (golden.name().startsWith("manifold_")) {
      manifold(golden);
    } else if (golden.name().startsWith("layout_")) {
      layout(golden);
    } else {
      classifier(golden);
    }
  }

  /**
   * The backbone that the papers call {@code name}, such as res10, ResNet50 or resnext50; the cases
   * bring weights of their own, so it starts the quickest way.
   */
  private static Backbone backbone(String name) {
    Matcher matcher = NETWORK.matcher(name);
    if (!matcher.matches()) {
      throw new AssertionError("no such backbone: " + name);
    }
    int depth = Integer.parseInt(matcher.group(2));
    if (matcher.group(1).equalsIgnoreCase("resnext")) {
      return new Resnext(depth, 32, 4, ConvolutionWeights.UNIFORM);
    }
    return depth == 32 ? Resnet32.standard() : new Resnet(depth, ConvolutionWeights.UNIFORM);
  }

  /** As {@link #backbone}, with the attention and the projection that the tensors tell of. */
  private static Backbone extended(String name, JsonNode tensors) {
    Backbone plain = backbone(name);
    Attention attention = Attention.NONE;
    int projection = 0;
    for (JsonNode tensor : tensors) {
      if (tensor.get(0).asText().startsWith("modulatedatt.")) {
        attention = Attention.MODULATED;
      } else if (tensor.get(0).asText().equals("fc_add.weight")) {
        projection = tensor.get(1).get(0).asInt();
      }
    }
    return plain instanceof Resnet resnet
        ? new Resnet(resnet.depth(), resnet.weights(), resnet.outputStride(), attention, projection)
        : plain;
  }

  private static Architecture architecture(Backbone backbone, int classes, long... nchw) {
    return new Architecture(backbone, LinearHead.standard(), classes, (int) nchw[2], (int) nchw[3]);
  }

  private static List<String> lastBlocks(Backbone backbone) {
    List<Stages.Stage> stages = backbone.stages().stages();
    return IntStream.range(0, stages.size())
        .mapToObj(s -> "layer%d.%d".formatted(s + 1, stages.get(s).blocks() - 1))
        .toList();
  }

  /** Numbers of parameters and blocks of the backbones alone. */
  private static void architectures(GoldenCase golden) {
    golden
        .params()
        .fields()
        .forEachRemaining(
            entry -> {
              JsonNode want = entry.getValue();
              Backbone backbone = backbone(entry.getKey());
              List<ParameterBlock> blocks =
                  architecture(backbone, 10, 1, 3, 64, 64).layout().stream()
                      .filter(block -> !block.head())
                      .toList();
              List<ParameterBlock> learnt =
                  blocks.stream().filter(ParameterBlock::trainable).toList();
              long counters = blocks.stream().filter(b -> b.role() == Role.RUNNING_MEAN).count();
              equal(
                  entry.getKey() + " parameters",
                  want.path("parameters").asLong(),
                  learnt.stream().mapToLong(ParameterBlock::length).sum());
              equal("parameter tensors", want.path("param_tensors").asInt(), learnt.size());
              equal("state tensors", want.path("state_tensors").asLong(), blocks.size() + counters);
              List<Stages.Stage> stages = backbone.stages().stages();
              for (int s = 0; s < stages.size(); s++) {
                equal(
                    "blocks",
                    want.path("blocks").path("layer" + (s + 1)).asInt(),
                    stages.get(s).blocks());
              }
            });
  }

  private static void layout(GoldenCase golden) {
    JsonNode params = golden.params();
    Backbone backbone = backbone(params.path("backbone").asText());
    List<ParameterBlock> layout =
        architecture(backbone, params.path("num_classes").asInt(), 1, 3, 64, 64).layout();
    List<String> names = new ArrayList<>();
    List<long[]> shapes = new ArrayList<>();
    for (ParameterBlock block : layout) {
      String name = block.head() ? block.name() : "backbone." + block.name();
      names.add(name);
      shapes.add(block.shape());
      if (block.role() == Role.RUNNING_VARIANCE) {
        names.add(name.replace("running_var", "num_batches_tracked"));
        shapes.add(new long[0]);
      }
    }
    equal("names", texts(params.path("names")), names);
    equal(
        "shapes",
        params.path("shapes").toString(),
        shapes.stream().map(Arrays::toString).toList().toString().replace(" ", ""));
    List<ParameterBlock> learnt = layout.stream().filter(ParameterBlock::trainable).toList();
    equal("parameters", params.path("parameters").asInt(), learnt.size());
    equal(
        "parameter elements",
        params.path("parameter_elements").asLong(),
        learnt.stream().mapToLong(ParameterBlock::length).sum());
  }

  /** Features and logits; in training also the gradients of the mean cross-entropy. */
  private static void classifier(GoldenCase golden) {
    JsonNode params = golden.params();
    long[] shape = longs(params.path("image_shape"));
    int classes = params.path("num_classes").asInt();
    long key = params.path("K0").asLong();
    boolean train = golden.outputs().contains("loss");
    Backbone backbone = backbone(params.path("backbone").asText());
    try (Network network =
        Network.create(architecture(backbone, classes, shape), DataType.DOUBLE, 1)) {
      double[][] weights = setBySplitMix(network, key);
      if (golden.outputs().contains("weight_digests")) {
        golden.check("weight_digests", rows(Arrays.asList(weights)));
      }
      INDArray images = images(shape, i -> 2 * splitMix(key + 9000, i));
      Activations out = network.forward(images, train ? Mode.TRAIN : Mode.RUNNING_STATISTICS);
      golden.check("feature", out.features());
      golden.check("logits", out.logits());
      golden.check(
          "stage_digests",
          rows(
              lastBlocks(backbone).stream()
                  .map(b -> values(channelsFirst(network.activation(b))))
                  .toList()));
      if (train) {
        classifierGradients(golden, network, out.logits());
      }
    }
  }

  /** Cross-entropy of samples that were mixed on the way through the network. */
  private static void manifold(GoldenCase golden) {
    JsonNode params = golden.params();
    long[] shape = longs(params.path("image_shape"));
    int classes = params.path("num_classes").asInt();
    long key = params.path("K0").asLong();
    int[] labels = ints(params.path("labels"));
    Backbone backbone = backbone(params.path("backbone").asText());
    MixingPlace place =
        MixingPlace.valueOf(params.path("location").asText().toUpperCase(Locale.ROOT));
    BatchMixing pairs = new BatchMixing(ints(params.path("perm")), params.path("lam").asDouble());
    try (Network network =
        Network.create(architecture(backbone, classes, shape), DataType.DOUBLE, 1)) {
      setBySplitMix(network, key);
      INDArray images = images(shape, i -> 2 * splitMix(key + 9000, i));
      MixedBatch batch =
          new ManifoldMixup(1, place).mix(new Samples(images, labels, labels), pairs);
      Activations out = network.forward(batch.images(), Mode.TRAIN, batch.mixing());
      golden.check("logits", out.logits());
      golden.check("train_acc", batch.labels().correct(out.logits()) / labels.length);
      LossValue loss =
          new MixedLoss(new CrossEntropy().bind(ClassCounts.ofLabels(labels, classes)))
              .evaluate(out, batch.labels(), 0);
      golden.check("loss", loss.value());
      network.backward(loss.gradLogits());
      golden.check(
          "grad_digests",
          rows(
              network.layout().stream()
                  .filter(ParameterBlock::trainable)
                  .map(block -> values(part(network.gradients(), block)))
                  .toList()));
    }
  }

  private static int[] ints(JsonNode array) {
    return Arrays.stream(longs(array)).mapToInt(Math::toIntExact).toArray();
  }

  private static void classifierGradients(GoldenCase golden, Network network, INDArray logits) {
    int[] labels = ints(golden.params().path("labels"));
    LossValue loss =
        new CrossEntropy()
            .bind(ClassCounts.ofLabels(labels, network.classes()))
            .evaluate(logits, labels);
    golden.check("loss", loss.value());
    network.backward(loss.gradLogits());
    List<double[]> gradients = new ArrayList<>();
    List<double[]> statistics = new ArrayList<>();
    for (ParameterBlock block : network.layout()) {
      if (block.trainable()) {
        gradients.add(values(part(network.gradients(), block)));
      } else {
        statistics.add(values(part(network.parameters(), block)));
      }
    }
    golden.check("grad_digests", rows(gradients));
    golden.check("running_stat_digests", rows(statistics));
    INDArray headWeight = part(network.parameters(), block(network, "classifier.weight"));
    golden.check("grad_feature_digest", digest(values(loss.gradLogits().mmul(headWeight))));
    golden.check("grad_classifier_weight_row1", gradient(network, "classifier.weight").getRow(1));
    golden.check("grad_classifier_bias", gradient(network, "classifier.bias"));
    golden.check("grad_bn1_weight", gradient(network, "bn1.weight"));
    golden.check("grad_conv1_first_filter", gradient(network, "conv1.weight").slice(0));
  }

  /** Features of the backbone alone and the gradients of a given linear function of them. */
  private static void features(GoldenCase golden) {
    JsonNode params = golden.params();
    long[] shape = longs(params.path("input_shape"));
    boolean train = params.path("train_mode").asBoolean();
    Backbone backbone = extended(golden.name().substring("net_".length()), params.path("tensors"));
    try (Network network = Network.create(architecture(backbone, 10, shape), DataType.DOUBLE, 1)) {
      setByMurmur(network, params.path("tensors"));
      INDArray images = images(shape, murmur(ruleSeed(params.path("input_rule"))));
      Activations out = network.forward(images, train ? Mode.TRAIN : Mode.RUNNING_STATISTICS);
      INDArray features = out.features().dup('c');
      golden.check("features", features);
      List<String> ends = lastBlocks(backbone);
      String last = ends.get(ends.size() - 1);
      if (golden.outputs().contains("feature_maps")) {
        golden.check("feature_maps", channelsFirst(network.activation(last)));
      }
      INDArray weights = filled(features.shape(), murmur(ruleSeed(params.path("R_rule"))));
      golden.check("loss", features.mul(weights).sumNumber().doubleValue());
      network.backward(weights, null);
      if (golden.outputs().contains("grad_x")) {
        golden.check("grad_x", channelsFirst(network.imageGradient()));
      }
      Map<String, ParameterBlock> byName = new HashMap<>();
      network.layout().forEach(b -> byName.put(b.name().replace('.', '_'), b));
      for (String output : golden.outputs()) {
        if (output.startsWith("stat_")) {
          golden.check(output, part(network.parameters(), byName.get(output.substring(5))));
        } else if (output.startsWith("grad_") && !output.equals("grad_x")) {
          golden.check(output, part(network.gradients(), byName.get(output.substring(5))));
        }
      }
    }
  }

  /** The weights of bot's rule; returns every entry of the state dictionary. */
  static double[][] setBySplitMix(Network network, long key) {
    List<double[]> entries = new ArrayList<>();
    for (ParameterBlock block : network.layout()) {
      long tensor = key + entries.size();
      double scale = Math.sqrt(6.0 / fanIn(block.shape()));
      double[] values = new double[(int) block.length()];
      for (int i = 0; i < values.length; i++) {
        double s = splitMix(tensor, i);
        values[i] =
            switch (block.role()) {
              case CONVOLUTION, HEAD_WEIGHT, FIXED_WEIGHT -> s * scale;
              case NORM_SCALE -> 0.6 + 0.2 * s;
              case NORM_SHIFT, HEAD_BIAS, FIXED_BIAS, RUNNING_MEAN -> 0.1 * s;
              case HEAD_SCALE -> 1 + 0.3 * s;
              case RUNNING_VARIANCE -> 1 + 0.5 * s;
              default -> throw new AssertionError("no rule for " + block.name());
            };
      }
      set(network, block, values);
      entries.add(values);
      if (block.role() == Role.RUNNING_VARIANCE) {
        entries.add(new double[1]); // num_batches_tracked
      }
    }
    return entries.toArray(double[][]::new);
  }

  /** The weights of balms' rule, whose seeds the case lists by tensor. */
  private static void setByMurmur(Network network, JsonNode tensors) {
    for (JsonNode tensor : tensors) {
      ParameterBlock block = block(network, tensor.get(0).asText());
      IntToDoubleFunction u = murmur(tensor.get(2).asLong());
      double fanIn = fanIn(block.shape());
      double[] values = new double[(int) block.length()];
      for (int i = 0; i < values.length; i++) {
        double x = u.applyAsDouble(i);
        values[i] =
            switch (block.role()) {
              case CONVOLUTION -> x * Math.sqrt(6 / fanIn);
              case HEAD_WEIGHT, FEATURE_WEIGHT -> x / Math.sqrt(fanIn);
              case NORM_SCALE -> 1 + 0.25 * x;
              case NORM_SHIFT, RUNNING_MEAN -> 0.1 * x;
              case HEAD_BIAS, CONVOLUTION_BIAS, FEATURE_BIAS -> 0.1 * x;
              case RUNNING_VARIANCE -> 1 + 0.5 * x;
              default -> throw new AssertionError("no rule for " + block.name());
            };
      }
      set(network, block, values);
    }
  }

  private static double fanIn(long[] shape) {
    return Arrays.stream(shape).skip(1).reduce(1, Math::multiplyExact);
  }

  private static void set(Network network, ParameterBlock block, double[] values) {
    part(network.parameters(), block)
        .assign(Nd4j.createFromArray(values).reshape('c', block.shape()));
  }

  private static ParameterBlock block(Network network, String name) {
    return network.layout().stream()
        .filter(block -> block.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the network has no " + name));
  }

  private static INDArray gradient(Network network, String name) {
    return part(network.gradients(), block(network, name));
  }

  static INDArray part(INDArray flat, ParameterBlock block) {
    return flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .reshape('c', block.shape());
  }

  /** Images generated channels first, as the network takes them. */
  static INDArray images(long[] shape, IntToDoubleFunction value) {
    return filled(shape, value).permute(0, 2, 3, 1).dup('c');
  }

  private static INDArray filled(long[] shape, IntToDoubleFunction value) {
    double[] values = new double[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    Arrays.setAll(values, value);
    return Nd4j.createFromArray(values).reshape('c', shape);
  }

  private static INDArray channelsFirst(INDArray map) {
    return map.permute(0, 3, 1, 2);
  }

  static double[] values(INDArray array) {
    return array.dup('c').data().asDouble();
  }

  static double[] rows(List<double[]> tensors) {
    return tensors.stream().flatMapToDouble(t -> Arrays.stream(digest(t))).toArray();
  }

  private static double[] digest(double[] x) {
    double[] row = {0, 0, 0, 0, x[0], x[x.length - 1]};
    for (int i = 0; i < x.length; i++) {
      row[0] += x[i];
      row[1] += Math.abs(x[i]);
      row[2] += x[i] * x[i];
      row[3] += x[i] * splitMix(7777, i);
    }
    return row;
  }

  /** In [-1, 1), by the finaliser of splitmix64 on position and key. */
  static double splitMix(long key, int i) {
    long z = (i + 1) * 0x9E3779B97F4A7C15L + key * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return 2 * ((z >>> 11) * 0x1p-53) - 1;
  }

  /** In [-1, 1), by the 32-bit mixing steps that the balms cases state. */
  private static IntToDoubleFunction murmur(long seed) {
    return i -> {
      int h = (int) ((i + 1) + seed * 1000003) * (int) 2654435761L;
      h = (h ^ (h >>> 16)) * (int) 2246822507L;
      h = (h ^ (h >>> 13)) * (int) 3266489909L;
      h ^= h >>> 16;
      return (h & 0xFFFFFFFFL) * 0x1p-32 * 2 - 1;
    };
  }

  /** The seed in a rule such as {@code x = u(shape, 999)}. */
  private static long ruleSeed(JsonNode rule) {
    String text = rule.asText();
    return Long.parseLong(text.substring(text.lastIndexOf(',') + 1, text.lastIndexOf(')')).trim());
  }

  static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    Arrays.setAll(values, i -> array.get(i).asLong());
    return values;
  }

  private static List<String> texts(JsonNode array) {
    List<String> values = new ArrayList<>();
    array.forEach(node -> values.add(node.asText()));
    return values;
  }

  private static void equal(String what, Object want, Object got) {
    if (!want.equals(got)) {
      throw new AssertionError("%s: got %s, want %s".formatted(what, got, want));
    }
  }
}
