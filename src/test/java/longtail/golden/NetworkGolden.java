package longtail.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import longtail.dataset.ClassCounts;
import longtail.loss.CrossEntropy;
import longtail.loss.LossValue;
import longtail.nn.Activations;
import longtail.nn.Architecture;
import longtail.nn.LinearHead;
import longtail.nn.Mode;
import longtail.nn.Network;
import longtail.nn.ParameterBlock;
import longtail.nn.Resnet32;
import longtail.nn.Role;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** ResNet-32: layout, features, logits, gradients and running statistics. */
final class NetworkGolden implements GoldenCheck {
  private static final List<String> LAST_BLOCKS = List.of("layer1.4", "layer2.4", "layer3.4");

  @Override
  public boolean claims(GoldenCase golden) {
    return golden.matches(Seed.BOT, "net_res32_*", "layout_res32*")
        || golden.matches(Seed.BALMS, "net_resnet32_*");
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.seed() == Seed.BALMS) {
      features(golden);
    } else if (golden.name().startsWith("layout_")) {
      layout(golden);
    } else {
      classifier(golden);
    }
  }

  private static Network network(int classes, int height, int width) {
    return Network.create(
        new Architecture(Resnet32.standard(), LinearHead.standard(), classes, height, width),
        DataType.DOUBLE,
        1);
  }

  private static void layout(GoldenCase golden) {
    JsonNode params = golden.params();
    try (Network network = network(params.path("num_classes").asInt(), 32, 32)) {
      List<String> names = new ArrayList<>();
      List<long[]> shapes = new ArrayList<>();
      for (ParameterBlock block : network.layout()) {
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
      List<ParameterBlock> learnt =
          network.layout().stream().filter(ParameterBlock::trainable).toList();
      equal("parameters", params.path("parameters").asInt(), learnt.size());
      equal(
          "parameter elements",
          params.path("parameter_elements").asLong(),
          learnt.stream().mapToLong(ParameterBlock::length).sum());
    }
  }

  /** Features and logits; in training also the gradients of the mean cross-entropy. */
  private static void classifier(GoldenCase golden) {
    JsonNode params = golden.params();
    long[] shape = longs(params.path("image_shape"));
    int classes = params.path("num_classes").asInt();
    long key = params.path("K0").asLong();
    boolean train = golden.outputs().contains("loss");
    try (Network network = network(classes, (int) shape[2], (int) shape[3])) {
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
              LAST_BLOCKS.stream()
                  .map(b -> values(channelsFirst(network.activation(b))))
                  .toList()));
      if (train) {
        classifierGradients(golden, network, out.logits());
      }
    }
  }

  private static void classifierGradients(GoldenCase golden, Network network, INDArray logits) {
    int[] labels =
        Arrays.stream(longs(golden.params().path("labels"))).mapToInt(Math::toIntExact).toArray();
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
    try (Network network = network(10, (int) shape[2], (int) shape[3])) {
      setByMurmur(network, params.path("tensors"));
      INDArray images = images(shape, murmur(ruleSeed(params.path("input_rule"))));
      Activations out = network.forward(images, train ? Mode.TRAIN : Mode.RUNNING_STATISTICS);
      INDArray features = out.features().dup('c');
      golden.check("features", features);
      if (golden.outputs().contains("feature_maps")) {
        golden.check("feature_maps", channelsFirst(network.activation("layer3.4")));
      }
      INDArray weights = filled(features.shape(), murmur(ruleSeed(params.path("R_rule"))));
      golden.check("loss", features.mul(weights).sumNumber().doubleValue());
      network.backward(weights, null);
      golden.check("grad_x", channelsFirst(network.imageGradient()));
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
  private static double[][] setBySplitMix(Network network, long key) {
    List<double[]> entries = new ArrayList<>();
    for (ParameterBlock block : network.layout()) {
      long tensor = key + entries.size();
      double[] values = new double[(int) block.length()];
      for (int i = 0; i < values.length; i++) {
        double s = splitMix(tensor, i);
        values[i] =
            switch (block.role()) {
              case CONVOLUTION, HEAD_WEIGHT -> s * Math.sqrt(6.0 / fanIn(block.shape()));
              case NORM_SCALE -> 0.6 + 0.2 * s;
              case NORM_SHIFT, HEAD_BIAS, RUNNING_MEAN -> 0.1 * s;
              case RUNNING_VARIANCE -> 1 + 0.5 * s;
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
      double[] values = new double[(int) block.length()];
      for (int i = 0; i < values.length; i++) {
        double x = u.applyAsDouble(i);
        values[i] =
            switch (block.role()) {
              case CONVOLUTION -> x * Math.sqrt(6.0 / fanIn(block.shape()));
              case HEAD_WEIGHT -> x / Math.sqrt(fanIn(block.shape()));
              case NORM_SCALE -> 1 + 0.25 * x;
              case NORM_SHIFT, HEAD_BIAS, RUNNING_MEAN -> 0.1 * x;
              case RUNNING_VARIANCE -> 1 + 0.5 * x;
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

  private static INDArray part(INDArray flat, ParameterBlock block) {
    return flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .reshape('c', block.shape());
  }

  /** Images generated channels first, as the network takes them. */
  private static INDArray images(long[] shape, IntToDoubleFunction value) {
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

  private static double[] values(INDArray array) {
    return array.dup('c').data().asDouble();
  }

  private static double[] rows(List<double[]> tensors) {
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
  private static double splitMix(long key, int i) {
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

  private static long[] longs(JsonNode array) {
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
