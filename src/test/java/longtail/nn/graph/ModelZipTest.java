package longtail.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import longtail.Bits;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.backbone.Attention;
import longtail.nn.backbone.Backbone;
import longtail.nn.backbone.Bilateral;
import longtail.nn.backbone.CifarResnet;
import longtail.nn.backbone.Resnet;
import longtail.nn.backbone.Shortcut;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.nn.head.LwsHead;
import longtail.nn.head.MetaEmbeddingHead;
import longtail.nn.head.NormalizedHead;
import longtail.nn.layer.ConvolutionWeights;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** A model zip names each layer by its class; in earlier versions all were in one package. */
class ModelZipTest {
  private static final Pattern LAYER =
      Pattern.compile("\"longtail\\.nn\\.(?:layer|head)\\.(\\w+)\"");

  /** Together they have every kind of layer. */
  private static List<Architecture> architectures() {
    Backbone small = new CifarResnet(8, 4, Shortcut.A);
    Backbone attentive = new Resnet(10, ConvolutionWeights.FAN_OUT, 32, Attention.MODULATED, 16);
    return List.of(
        architecture(small, LinearHead.standard()),
        architecture(small, new LwsHead(LwsHead.Bias.GIVEN)),
        architecture(new Bilateral(small), new NormalizedHead(16)),
        new Architecture(
            attentive, new MetaEmbeddingHead(16, 10, MetaEmbeddingHead.Memory.LEARNT), 3, 64, 64));
  }

  private static Architecture architecture(Backbone backbone, Head head) {
    return new Architecture(backbone, head, 3, 8, 8);
  }

  @Test
  void aFileOfAnEarlierVersionIsTheSameNetwork() throws IOException {
    Architecture architecture =
        architecture(new CifarResnet(8, 4, Shortcut.A), LinearHead.standard());
    try (InputStream file = ModelZipTest.class.getResourceAsStream("/nn/saved-before-rooms.zip");
        Network loaded = Network.load(file);
        Network fresh = Network.create(architecture, DataType.FLOAT, 7)) {
      assertThat(loaded.layout()).isEqualTo(fresh.layout());
      assertThat(Bits.of(loaded.parameters())).isEqualTo(Bits.of(fresh.parameters()));
    }
  }

  @Test
  void everyLayerIsFoundByItsEarlierName() throws IOException {
    Set<String> layers = new TreeSet<>();
    for (Architecture architecture : architectures()) {
      try (Network network = Network.create(architecture, DataType.FLOAT, 1)) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        network.save(file);
        byte[] earlier =
            withConfiguration(
                file.toByteArray(),
                json -> {
                  LAYER.matcher(json).results().map(r -> r.group(1)).forEach(layers::add);
                  return LAYER.matcher(json).replaceAll(ModelZipTest::earlierName);
                });
        try (Network loaded = Network.load(new ByteArrayInputStream(earlier))) {
          assertThat(Bits.of(loaded.parameters())).isEqualTo(Bits.of(network.parameters()));
        }
      }
    }
    assertThat(layers)
        .containsExactly(
            "BatchNormalization",
            "BranchFeatures",
            "Convolution",
            "GlobalAveragePool",
            "Linear",
            "MaxPool",
            "MetaEmbedded",
            "ModulatedAttention",
            "NormalizedLinear",
            "PaddedSubsample",
            "RectifiedLinear",
            "ResidualSum",
            "ScaledLinear");
  }

  private static String earlierName(MatchResult layer) {
    return "\"longtail.nn." + layer.group(1) + '"';
  }

  @Test
  void deeplearning4jReadsWhatWeWrite() throws IOException {
    for (Architecture architecture : architectures()) {
      try (Network network = Network.create(architecture, DataType.FLOAT, 1)) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        network.save(file);
        ComputationGraph graph =
            ModelSerializer.restoreComputationGraph(
                new ByteArrayInputStream(file.toByteArray()), false);
        assertThat(Bits.of(graph.params().reshape(graph.params().length())))
            .isEqualTo(Bits.of(network.parameters()));
      }
    }
  }

  @Test
  void aLayerThatNobodyKnowsIsRefused() throws IOException {
    try (Network network = Network.create(architectures().get(0), DataType.FLOAT, 1)) {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      network.save(file);
      byte[] foreign =
          withConfiguration(
              file.toByteArray(), json -> LAYER.matcher(json).replaceAll("\"longtail.nn.Other\""));
      assertThatThrownBy(() -> Network.load(new ByteArrayInputStream(foreign)))
          .isInstanceOf(LongTailException.class)
          .hasMessageContaining("not a model zip");
    }
  }

  /** The zip with another configuration. */
  private static byte[] withConfiguration(byte[] zip, UnaryOperator<String> change)
      throws IOException {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    try (ZipInputStream from = new ZipInputStream(new ByteArrayInputStream(zip));
        ZipOutputStream to = new ZipOutputStream(changed)) {
      for (ZipEntry entry = from.getNextEntry(); entry != null; entry = from.getNextEntry()) {
        to.putNextEntry(new ZipEntry(entry.getName()));
        byte[] content = from.readAllBytes();
        if (entry.getName().equals("configuration.json")) {
          String json = new String(content, StandardCharsets.UTF_8);
          content = change.apply(json).getBytes(StandardCharsets.UTF_8);
        }
        to.write(content);
      }
    }
    return changed.toByteArray();
  }
}
