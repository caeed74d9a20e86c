package longtail.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.nn.Network;
import longtail.nn.backbone.Attention;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Resnet32;
import longtail.nn.backbone.Resnext;
import longtail.nn.graph.Architecture;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.head.LinearHead;
import longtail.nn.layer.ConvolutionWeights;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What cases of networks state by a name or a formula: backbones, and the numbers of their weights
 * and images.
 */
public final class GoldenNetworks {
  private static final Pattern NETWORK =
      Pattern.compile("(res|resnet|resnext)(\\d+).*", Pattern.CASE_INSENSITIVE);

  private GoldenNetworks() {}

  /**
   * The backbone that the papers call {@code name}, such as res10, ResNet50 or resnext50; the cases
   * bring weights of their own, so it starts the quickest way.
   */
  public static Backbone backbone(String name) {
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
  public static Backbone extended(String name, JsonNode tensors) {
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

  public static Architecture architecture(Backbone backbone, int classes, long... nchw) {
    return new Architecture(backbone, LinearHead.standard(), classes, (int) nchw[2], (int) nchw[3]);
  }

  /** The weights of bot's rule; returns every entry of the state dictionary. */
  public static double[][] setBySplitMix(Network network, long key) {
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
  public static void setByMurmur(Network network, JsonNode tensors) {
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

  public static ParameterBlock block(Network network, String name) {
    return network.layout().stream()
        .filter(block -> block.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("the network has no " + name));
  }

  public static INDArray part(INDArray flat, ParameterBlock block) {
    return flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
        .reshape('c', block.shape());
  }

  /** Images generated channels first, as the network takes them. */
  public static INDArray images(long[] shape, IntToDoubleFunction value) {
    return filled(shape, value).permute(0, 2, 3, 1).dup('c');
  }

  public static INDArray filled(long[] shape, IntToDoubleFunction value) {
    double[] values = new double[(int) Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    Arrays.setAll(values, value);
    return Nd4j.createFromArray(values).reshape('c', shape);
  }

  public static INDArray channelsFirst(INDArray map) {
    return map.permute(0, 3, 1, 2);
  }

  /** In [-1, 1), by the finaliser of splitmix64 on position and key. */
  public static double splitMix(long key, int i) {
    long z = (i + 1) * 0x9E3779B97F4A7C15L + key * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return 2 * ((z >>> 11) * 0x1p-53) - 1;
  }

  /** In [-1, 1), by the 32-bit mixing steps that the balms cases state. */
  public static IntToDoubleFunction murmur(long seed) {
    return i -> {
      int h = (int) ((i + 1) + seed * 1000003) * (int) 2654435761L;
      h = (h ^ (h >>> 16)) * (int) 2246822507L;
      h = (h ^ (h >>> 13)) * (int) 3266489909L;
      h ^= h >>> 16;
      return (h & 0xFFFFFFFFL) * 0x1p-32 * 2 - 1;
    };
  }

  /** The seed in a rule such as {@code x = u(shape, 999)}. */
  public static long ruleSeed(JsonNode rule) {
    String text = rule.asText();
    return Long.parseLong(text.substring(text.lastIndexOf(',') + 1, text.lastIndexOf(')')).trim());
  }

  public static int[] ints(JsonNode array) {
    return Arrays.stream(longs(array)).mapToInt(Math::toIntExact).toArray();
  }

  public static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    Arrays.setAll(values, i -> array.get(i).asLong());
    return values;
  }
}
