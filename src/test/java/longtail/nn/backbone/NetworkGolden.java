package longtail.nn.backbone;

import static longtail.golden.GoldenNetworks.architecture;
import static longtail.golden.GoldenNetworks.backbone;
import static longtail.golden.GoldenNetworks.block;
import static longtail.golden.GoldenNetworks.channelsFirst;
import static longtail.golden.GoldenNetworks.extended;
import static longtail.golden.GoldenNetworks.filled;
import static longtail.golden.GoldenNetworks.images;
import static longtail.golden.GoldenNetworks.ints;
import static longtail.golden.GoldenNetworks.longs;
import static longtail.golden.GoldenNetworks.murmur;
import static longtail.golden.GoldenNetworks.part;
import static longtail.golden.GoldenNetworks.ruleSeed;
import static longtail.golden.GoldenNetworks.setByMurmur;
import static longtail.golden.GoldenNetworks.setBySplitMix;
import static longtail.golden.GoldenNetworks.splitMix;
import static longtail.golden.TensorDigests.rows;
import static longtail.golden.TensorDigests.values;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import longtail.dataset.ClassCounts;
import longtail.golden.GoldenCase;
import longtail.golden.GoldenCheck;
import longtail.golden.Seed;
import longtail.golden.TensorDigests;
import longtail.loss.CrossEntropy;
import longtail.loss.LossValue;
import longtail.mix.ImageBatch;
import longtail.mix.ManifoldMixup;
import longtail.mix.MixedBatch;
import longtail.mix.MixedLoss;
import longtail.nn.Activations;
import longtail.nn.Network;
import longtail.nn.graph.MixingPlace;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.BatchMixing;
import longtail.nn.layer.Mode;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Backbones: features, logits, gradients and running statistics. */
public final class NetworkGolden implements GoldenCheck {
  @Override
  public boolean claims(GoldenCase golden) {
    return !golden.name().startsWith("net_architectures")
        && (golden.matches(Seed.BOT, "net_*", "manifold_*") || golden.matches(Seed.BALMS, "net_*"));
  }

  @Override
  public void run(GoldenCase golden) {
    if (golden.seed() == Seed.BALMS) {
      features(golden);
    } else if (golden.name().startsWith("manifold_")) {
      manifold(golden);
    } else {
      classifier(golden);
    }
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
    golden.check(
        "grad_feature_digest", TensorDigests.of(values(loss.gradLogits().mmul(headWeight))));
    golden.check("grad_classifier_weight_row1", gradient(network, "classifier.weight").getRow(1));
    golden.check("grad_classifier_bias", gradient(network, "classifier.bias"));
    golden.check("grad_bn1_weight", gradient(network, "bn1.weight"));
    golden.check("grad_conv1_first_filter", gradient(network, "conv1.weight").slice(0));
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
          new ManifoldMixup(1, place).mix(new ImageBatch(images, labels, labels), pairs);
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

  private static List<String> lastBlocks(Backbone backbone) {
    List<Stages.Stage> stages = backbone.stages().stages();
    return IntStream.range(0, stages.size())
        .mapToObj(s -> "layer%d.%d".formatted(s + 1, stages.get(s).blocks() - 1))
        .toList();
  }

  private static INDArray gradient(Network network, String name) {
    return part(network.gradients(), block(network, name));
  }
}
