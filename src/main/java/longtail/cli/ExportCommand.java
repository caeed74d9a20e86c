package longtail.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.Network;
import longtail.nn.weights.Safetensors;
import longtail.nn.weights.TorchWeights;
import longtail.storage.FileSystems;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code export}: a trained model to a safetensors file with PyTorch's names. */
@Command(
    name = "export",
    description =
        "Writes the parameters of a model as a safetensors file, by the names that PyTorch code"
            + " uses (layer1.0.conv1.weight, ...).")
final class ExportCommand implements Callable<Integer> {
  private final PrintStream out;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "PATH",
      description = "A checkpoint, the output directory of a training run, or a model zip.")
  String model;

  @Option(
      names = "--checkpoint",
      defaultValue = "latest",
      description = "Which checkpoint of a run: latest or best (default ${DEFAULT-VALUE}).")
  CheckpointChoice.Which checkpoint;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The file to write, such as weights.safetensors.")
  String output;

  ExportCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Configuration conf = new Configuration();
    SavedModel saved =
        SavedModel.find(model, new CheckpointChoice(checkpoint, Optional.empty()), conf);
    Path target = FileSystems.path(output);
    try (Network network = saved.network(conf);
        OutputStream file =
            new BufferedOutputStream(FileSystems.of(target, conf).create(target, true))) {
      List<Safetensors.Tensor> tensors = TorchWeights.tensors(network);
      Safetensors.write(
          tensors,
          network.type() == DataType.DOUBLE ? Safetensors.Width.FLOAT64 : Safetensors.Width.FLOAT32,
          file);
      out.printf("Wrote %d tensors of %s to %s%n", tensors.size(), saved.name(), output);
      return 0;
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "cannot write %s: %s".formatted(output, e.getMessage()), e);
    }
  }
}
