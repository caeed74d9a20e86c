package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import longtail.dataset.ClassCounts;
import longtail.nn.Network;
import longtail.nn.TestNetworks;
import longtail.nn.layer.Mode;
import longtail.nn.onnx.OnnxExport;
import longtail.nn.onnx.OnnxRun;
import longtail.shard.ShardedDataset;
import longtail.train.PreparedToys;
import longtail.train.checkpoint.Checkpoint;
import longtail.train.checkpoint.Checkpoints;
import longtail.train.checkpoint.FlatVector;
import longtail.train.checkpoint.TrainingState;
import longtail.train.experiment.Experiment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What {@code export} writes of a run of two classes, dark and bright, with 18 and 6 images. */
class ExportTest {
  private static final int SIZE = 8;

  @TempDir Path directory;
  private ShardedDataset dataset;
  private Checkpoint checkpoint;

  @BeforeEach
  void train() throws IOException {
    Experiment experiment =
        Experiment.parse(
            """
            name: toy
            model: {backbone: {type: cifar-resnet, depth: 8, width: 4}}
            data: {transforms: [horizontal-flip]}
            stages: [{epochs: 9, batch-size: 8}]
            """,
            "test",
            List.of());
    dataset = PreparedToys.write(directory, "toys", SIZE);
    try (Network network = experiment.network(dataset)) {
      TrainingState state = TrainingState.initial(FlatVector.copyOf(network.parameters()));
      checkpoint =
          Checkpoints.of(
                  directory.resolve("run/checkpoints").toString(),
                  experiment.checkpoints(),
                  PreparedToys.CONF)
              .save(state, network, experiment, dataset, 1, Map.of());
    }
    Files.writeString(
        directory.resolve("run/run.json"), "{\"data\": \"" + dataset.directory() + "\"}");
  }

  @Test
  void theRunIsAnOnnxFileThatAnotherRuntimeAgreesWith() throws IOException, OrtException {
    assertThat(export("model.onnx", "--format", "onnx").code()).isZero();
    INDArray images = TestNetworks.images(5, DataType.FLOAT, 5, SIZE);
    try (Network network = checkpoint.network();
        OnnxRun run = OnnxRun.of(Files.readAllBytes(directory.resolve("model.onnx")))) {
      assertClose(
          run.of(images, OnnxExport.LOGITS),
          network.forward(images, Mode.EVAL).logits().toFloatMatrix());
      assertThat(run.metadata())
          .containsEntry("name", "toy")
          .containsEntry("class_names", "[\"dark\",\"bright\"]")
          .containsEntry("input_size", "[3,8,8]")
          .containsEntry("color_order", "RGB")
          .containsKeys("mean", "std", "head")
          .hasEntrySatisfying(
              "backbone", backbone -> assertThat(backbone).contains("cifar-resnet"));
    }
  }

  @Test
  void correctionsAreThoseOfAnEvaluation() throws IOException, OrtException {
    assertThat(export("model.onnx", "--tau", "1", "--logit-adjust", "0.5").code()).isZero();
    INDArray images = TestNetworks.images(5, DataType.FLOAT, 3, SIZE);
    try (Network network = checkpoint.network();
        OnnxRun run = OnnxRun.of(Files.readAllBytes(directory.resolve("model.onnx")))) {
      float[][] plain = network.forward(images, Mode.EVAL).logits().toFloatMatrix();
      INDArray weight =
          TestNetworks.part(network.parameters(), TestNetworks.block(network, "classifier.weight"));
      double[] norms = weight.norm2(1).toDoubleVector();
      double[] bias =
          TestNetworks.part(network.parameters(), TestNetworks.block(network, "classifier.bias"))
              .toDoubleVector();
      ClassCounts counts = dataset.counts();
      float[][] expected = new float[plain.length][plain[0].length];
      for (int i = 0; i < plain.length; i++) {
        for (int c = 0; c < plain[i].length; c++) {
          expected[i][c] =
              (float)
                  ((plain[i][c] - bias[c]) / norms[c]
                      + bias[c]
                      - 0.5 * Math.log(counts.count(c) / 24.0));
        }
      }
      assertClose(run.of(images, OnnxExport.LOGITS), expected);
    }
  }

  @Test
  void theModelKnowsTheSizeOfItsImagesAlsoWithoutTheTrainingSet() throws IOException {
    Files.delete(directory.resolve("run/run.json"));
    assertThat(export("model.onnx").out()).contains("images 8 x 8 x 3 in, 2 logits");
    assertThat(export("model.onnx", "--size", "24").out()).contains("images 24 x 24 x 3 in");
  }

  @Test
  void aModelThatDoesNotKnowItsSizeTakesAnySize() throws IOException, OrtException {
    CommandLineFixture run =
        CommandLineFixture.run(
            "export", "--model", bareZip(), "--format", "onnx", "--output", path("model.onnx"));
    assertThat(run.out()).contains("images of any size x 3 in, 2 logits and 16 features out");
    try (OnnxRun other = OnnxRun.of(Files.readAllBytes(directory.resolve("model.onnx")))) {
      INDArray large = TestNetworks.images(5, DataType.FLOAT, 2, 24);
      assertThat(other.of(large, OnnxExport.LOGITS)).hasDimensions(2, 2);
    }
  }

  @Test
  void aNetworkAloneDoesNotSayHowItsImagesWereNormalised() throws IOException {
    CommandLineFixture run =
        CommandLineFixture.run(
            "export", "--model", bareZip(), "--preprocess", "--output", path("model.onnx"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("--preprocess needs the means and deviations of the pixels, and alone.zip does")
        .hasLineCount(1);
    assertThat(directory.resolve("model.onnx")).doesNotExist();
  }

  private static JsonNode header(Path safetensors) throws IOException {
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(safetensors)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[(int) file.getLong()];
    file.get(json);
    return new ObjectMapper().readTree(json);
  }

  @Test
  void theWeightsHaveADescriptionBesideThem() throws IOException {
    assertThat(export("hub/model.safetensors", "--layout", "metasaug").code()).isZero();
    JsonNode config = new ObjectMapper().readTree(directory.resolve("hub/config.json").toFile());
    assertThat(config.path("architecture").asText()).isEqualTo("resnet8");
    assertThat(config.path("num_classes").asInt()).isEqualTo(2);
    assertThat(config.path("num_features").asInt()).isEqualTo(16);
    assertThat(config.path("id2label").path("1").asText()).isEqualTo("bright");
    assertThat(config.path("label2id").path("bright").asInt()).isEqualTo(1);
    JsonNode input = config.path("pretrained_cfg");
    assertThat(numbers(input.path("input_size"))).containsExactly(3.0, 8.0, 8.0);
    assertThat(numbers(input.path("mean"))).containsExactly(box(dataset.normalization().mean()));
    assertThat(numbers(input.path("std"))).containsExactly(box(dataset.normalization().std()));
    assertThat(input.path("classifier").asText()).isEqualTo("linear");
    JsonNode facts = header(directory.resolve("hub/model.safetensors")).path("__metadata__");
    assertThat(facts.path("class_names").asText()).isEqualTo("[\"dark\",\"bright\"]");
    assertThat(facts.path("input_size").asText()).isEqualTo("[3,8,8]");
    assertThat(facts.path("tensor_names").asText()).isEqualTo("metasaug");
    assertThat(facts.has("mean") && facts.has("std")).isTrue();
    // It is replaced by the next export, and by no other's.
    assertThat(export("hub/model.safetensors").code()).isZero();
    Files.writeString(directory.resolve("hub/config.json"), "{\"model_type\": \"resnet\"}");
    CommandLineFixture again = export("hub/model.safetensors");
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("config.json was not written by export");
  }

  @Test
  void optionsOfTheOtherFormatAreRefused() {
    assertThat(export("a.safetensors", "--tau", "1").err())
        .contains("are for --format onnx: weights are exported as they are");
    assertThat(export("a.onnx", "--layout", "glmc").err()).contains("--layout names tensors");
    assertThat(export("a.onnx", "--opset", "9").err())
        .contains("opset must be between 13 and 21, was 9");
    assertThat(export("a.safetensors", "--layout", "torchvision").err())
        .contains("torchvision has no such network");
    assertThat(directory.resolve("a.safetensors")).doesNotExist();
    assertThat(directory.resolve("a.onnx")).doesNotExist();
  }

  private CommandLineFixture export(String output, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("export", "--model", path("run"), "--output", path(output)));
    arguments.addAll(List.of(options));
    return CommandLineFixture.run(arguments.toArray(String[]::new));
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  /** A zip of the network alone, as earlier versions wrote them. */
  private String bareZip() throws IOException {
    Path bare = directory.resolve("alone.zip");
    try (InputStream in = Files.newInputStream(Path.of(copiedZip()));
        Network network = Network.load(in);
        OutputStream out = Files.newOutputStream(bare)) {
      network.save(out);
    }
    return bare.toString();
  }

  private String copiedZip() throws IOException {
    Path zip = Path.of(checkpoint.directory().replaceFirst("^file:/*", "/"), "model.zip");
    return Files.copy(zip, directory.resolve("copied.zip")).toString();
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.asDouble()));
    return numbers;
  }

  private static Double[] box(double... values) {
    return Arrays.stream(values).boxed().toArray(Double[]::new);
  }

  private static void assertClose(float[][] actual, float[][] expected) {
    assertThat(actual).hasDimensions(expected.length, expected[0].length);
    for (int i = 0; i < actual.length; i++) {
      for (int c = 0; c < actual[i].length; c++) {
        assertThat(actual[i][c]).isCloseTo(expected[i][c], within(1e-4f));
      }
    }
  }
}
