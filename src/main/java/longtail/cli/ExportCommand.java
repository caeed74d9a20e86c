package longtail.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.graph.ImageSize;
import longtail.nn.onnx.OnnxExport;
import longtail.nn.onnx.OnnxOptions;
import longtail.nn.weights.HubConfig;
import longtail.nn.weights.Safetensors;
import longtail.nn.weights.TorchLayout;
import longtail.nn.weights.TorchWeights;
import longtail.spark.evaluate.ModelDescription;
import longtail.storage.FileSystems;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code export}: a trained model to a file of other programs. */
@Command(
    name = "export",
    description =
        "Writes a model for other programs: as an ONNX file, which computes logits and features of"
            + " images, or its parameters as a safetensors file with PyTorch's names"
            + " (layer1.0.conv1.weight, ...) and a config.json beside it.")
final class ExportCommand implements Callable<Integer> {
  private static final String CONFIG = "config.json";

  private final PrintStream out;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR_OR_ZIP",
      description = "A checkpoint, the output directory of a training run, or a model zip.")
  String model;

  @Option(
      names = "--checkpoint",
      defaultValue = "latest",
      description = "Which checkpoint of a run: latest or best (default ${DEFAULT-VALUE}).")
  CheckpointChoice.Which checkpoint;

  @Option(
      names = "--format",
      description =
          "onnx or safetensors (default: onnx for a file that is called so, else safetensors).")
  Optional<Format> format = Optional.empty();

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The file to write, such as model.onnx or weights.safetensors.")
  String output;

  @Option(
      names = "--size",
      paramLabel = "N",
      description =
          "Height and width of the images (default: those of training where the training set is"
              + " still there; else ONNX takes any size).")
  Optional<Integer> size = Optional.empty();

  @Option(
      names = "--layout",
      description =
          "Safetensors: whose names the tensors have, ${COMPLETION-CANDIDATES} (default plain).")
  Optional<TorchLayout> layout = Optional.empty();

  @Mixin OnnxMixin onnx;

  /** Kinds of files. */
  private enum Format {
    ONNX,
    SAFETENSORS
  }

  ExportCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Configuration conf = new Configuration();
    Format chosen =
        format.orElseGet(() -> output.endsWith(".onnx") ? Format.ONNX : Format.SAFETENSORS);
    Optional<ImageSize> given = Arguments.checked(() -> size.map(n -> new ImageSize(n, n)));
    SavedModel saved =
        SavedModel.find(model, new CheckpointChoice(checkpoint, Optional.empty()), conf);
    ModelDescription known = ModelDescription.of(saved, conf);
    ModelDescription description = given.map(known::sized).orElse(known);
    try (Network network = saved.network(conf)) {
      switch (chosen) {
        case ONNX -> onnx(network, description, conf);
        case SAFETENSORS -> safetensors(network, description, conf);
      }
      return 0;
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "cannot write %s: %s".formatted(output, e.getMessage()), e);
    }
  }

  private void onnx(Network network, ModelDescription description, Configuration conf)
      throws IOException {
    if (layout.isPresent()) {
      throw new LongTailException(
          ErrorCode.USAGE, "--layout names tensors: it is for --format safetensors");
    }
    OnnxOptions options = onnx.options(network, description, conf);
    OnnxExport export = OnnxExport.of(network, options);
    try (OutputStream file = create(FileSystems.path(output), conf)) {
      export.write(file);
    }
    out.printf(
        "Wrote %s to %s: images %s x 3 in, %d logits and %d features out, opset %d%n",
        description.name(),
        output,
        description
            .size()
            .map(known -> "%d x %d".formatted(known.height(), known.width()))
            .orElse("of any size"),
        network.classes(),
        network.featureWidth(),
        options.opset());
  }

  private void safetensors(Network network, ModelDescription description, Configuration conf)
      throws IOException {
    onnx.requireNothing();
    TorchLayout names = layout.orElse(TorchLayout.PLAIN);
    List<Safetensors.Tensor> tensors = TorchWeights.tensors(network, names);
    String config =
        new HubConfig(
                names, description.classNames(), description.normalization(), description.size())
            .json(network);
    Map<String, String> properties = description.properties();
    properties.put(HubConfig.TENSOR_NAMES, names.toString());
    Path target = FileSystems.path(output);
    Path beside =
        target.getParent() == null
            ? FileSystems.path(CONFIG)
            : FileSystems.child(target.getParent(), CONFIG);
    requireOurs(beside, conf);
    try (OutputStream file = create(target, conf)) {
      Safetensors.write(
          tensors,
          network.type() == DataType.DOUBLE ? Safetensors.Width.FLOAT64 : Safetensors.Width.FLOAT32,
          properties,
          file);
    }
    try (OutputStream file = create(beside, conf)) {
      file.write(config.getBytes(StandardCharsets.UTF_8));
    }
    out.printf(
        "Wrote %d tensors of %s to %s, and %s beside it%n",
        tensors.size(), description.name(), output, CONFIG);
  }

  /** A config.json of another program is not replaced. */
  private static void requireOurs(Path config, Configuration conf) throws IOException {
    FileSystem files = FileSystems.of(config, conf);
    if (!files.exists(config)) {
      return;
    }
    try (InputStream in = files.open(config)) {
      if (new ObjectMapper().readTree(in).has(HubConfig.TENSOR_NAMES)) {
        return;
      }
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      // then it is another program's
    }
    throw new LongTailException(
        ErrorCode.USAGE,
        "%s was not written by export and would be replaced: choose a directory of its own for the weights"
            .formatted(config));
  }

  private static OutputStream create(Path file, Configuration conf) throws IOException {
    return new BufferedOutputStream(FileSystems.of(file, conf).create(file, true));
  }
}
