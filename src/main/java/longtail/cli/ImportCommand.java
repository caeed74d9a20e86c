package longtail.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.config.Yaml;
import longtail.dataset.Normalization;
import longtail.image.augment.Fit;
import longtail.image.augment.Preprocessing;
import longtail.image.augment.SizeTransform;
import longtail.nn.Network;
import longtail.nn.graph.Architecture;
import longtail.nn.weights.PretrainedWeights;
import longtail.nn.weights.TorchCheckpoint;
import longtail.storage.CommittedFile;
import longtail.storage.FileSystems;
import longtail.storage.StorageFailure;
import longtail.train.checkpoint.ModelFile;
import longtail.train.experiment.Model;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code import}: a PyTorch checkpoint or safetensors file to a model zip. */
@Command(
    name = "import",
    description =
        "Turns the weights of a PyTorch checkpoint (.pth, .pt, .pth.tar) or a safetensors file into"
            + " a model zip for evaluate and model.weights, by name and shape, and says which"
            + " tensors were taken, missing and not used.")
final class ImportCommand implements Callable<Integer> {
  /** Any will do where none is said: parameters do not depend on it. */
  private static final int UNSAID = 32;

  private final PrintStream out;

  @Option(
      names = "--weights",
      required = true,
      paramLabel = "FILE",
      description = "The checkpoint. It is read as tensors and containers; code in it never runs.")
  String weights;

  @Option(
      names = "--backbone",
      defaultValue = "resnet32",
      description = "The network, named as in an experiment file (default ${DEFAULT-VALUE}).")
  String backbone;

  @Option(
      names = "--head",
      defaultValue = "linear",
      description = "The head, named as in an experiment file (default ${DEFAULT-VALUE}).")
  String head;

  @Option(
      names = "--classes",
      paramLabel = "N",
      description = "Number of classes. Default: that of the checkpoint's classifier.")
  Optional<Integer> classes = Optional.empty();

  @Option(
      names = "--size",
      paramLabel = "N",
      description =
          "Height and width of the images that the network sees (default: those of the images that"
              + " it is used on; where they differ, 224 with the first convolution of ImageNet's"
              + " networks, else 32).")
  Optional<Integer> size = Optional.empty();

  @Option(
      names = "--fit",
      paramLabel = "MODE",
      defaultValue = "crop",
      description =
          "With --size, how images of other sizes and proportions are fitted:"
              + " ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  Fit.Mode fit;

  @Option(
      names = "--normalization",
      paramLabel = "NAME|YAML",
      description =
          "How the pixels of its training images were normalised, as for prepare (default: as the"
              + " dataset says that it is used on).")
  Optional<String> normalization = Optional.empty();

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The file to write, such as model.zip.")
  String output;

  ImportCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Configuration conf = new Configuration();
    Preprocessing preprocessing = preprocessing();
    PretrainedWeights pretrained = PretrainedWeights.of(checkpoint(conf));
    try (Network network = Network.create(architecture(pretrained), DataType.FLOAT, 1)) {
      PretrainedWeights.Transfer transfer = pretrained.transfer(network);
      write(network, preprocessing, conf);
      out.printf("Wrote %s: %s%n", output, transfer.summary());
    }
    return 0;
  }

  private TorchCheckpoint checkpoint(Configuration conf) {
    try (InputStream in = FileSystems.open(FileSystems.path(weights), conf)) {
      return TorchCheckpoint.read(in, weights);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "cannot read %s: %s".formatted(weights, e.getMessage()), e);
    }
  }

  private Architecture architecture(PretrainedWeights pretrained) {
    Model model =
        Yaml.bind(
            Yaml.tree(
                "{backbone: %s, head: %s}".formatted(backbone, head), "--backbone and --head"),
            "--backbone and --head",
            Model.class);
    int count =
        classes.orElseGet(
            () ->
                pretrained
                    .classes()
                    .orElseThrow(
                        () ->
                            new LongTailException(
                                ErrorCode.USAGE,
                                "%s has no classifier, which would be called classifier, head, fc, linear or last_linear: add --classes N. It holds %s"
                                    .formatted(weights, pretrained.content()))));
    int built = size.orElse(UNSAID);
    return Arguments.checked(
        () -> new Architecture(model.backbone(), model.head(), count, built, built));
  }

  private Preprocessing preprocessing() {
    return new Preprocessing(
        size.<List<SizeTransform>>map(
                side -> List.of(Arguments.checked(() -> Fit.of(side, side, fit))))
            .orElse(List.of()),
        normalization.map(text -> Normalization.parse(text, "--normalization")));
  }

  private void write(Network network, Preprocessing preprocessing, Configuration conf) {
    Path target = FileSystems.path(output);
    try {
      CommittedFile.write(target, file -> ModelFile.write(network, preprocessing, file), conf);
    } catch (IOException e) {
      throw StorageFailure.of("cannot write", output, e);
    }
  }
}
