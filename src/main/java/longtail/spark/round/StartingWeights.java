package longtail.spark.round;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.ClassMapping;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.weights.PretrainedWeights;
import longtail.nn.weights.TorchCheckpoint;
import longtail.storage.FileSystems;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where a run gets the weights that {@code model.weights} names. */
public final class StartingWeights {
  private static final List<String> TORCH =
      List.of(".pth", ".pt", ".tar", ".bin", ".safetensors", ".ckpt", ".t7", ".pkl", ".th");

  private StartingWeights() {}

  /**
   * Gives {@code network} the weights at {@code path}: a PyTorch checkpoint or safetensors file by
   * the ending of its name, else a model zip, a checkpoint or the output directory of a run. From a
   * checkpoint of other classes the head takes nothing.
   *
   * @param classNames classes of the network
   * @return a line that says what was taken and what was not
   * @throws LongTailException (DATA) if there is no such file or the backbone does not fit
   */
  public static String load(
      String path, Network network, List<String> classNames, Configuration conf) {
    String name = path.toLowerCase(Locale.ROOT);
    boolean torch = TORCH.stream().anyMatch(name::endsWith);
    Optional<SavedModel> model =
        torch
            ? Optional.empty()
            : Optional.of(SavedModel.find(path, CheckpointChoice.LATEST, conf));
    PretrainedWeights weights = weights(path, model, conf);
    boolean others =
        model
            .flatMap(saved -> saved.classNames(conf))
            .filter(known -> ClassMapping.named(known) && ClassMapping.named(classNames))
            .filter(known -> !known.equals(classNames))
            .isPresent();
    String summary;
    try (INDArray fresh = network.memory().host(network.parameters()).dup()) {
      summary = weights.transfer(network).summary();
      if (others) {
        restoreHead(network, fresh);
      }
    }
    if (others) {
      summary += "; but the head stays as it was, for it was trained on other classes";
    }
    return "Starting from %s: %s".formatted(path, summary);
  }

  private static void restoreHead(Network network, INDArray parameters) {
    for (ParameterBlock block : network.layout()) {
      if (block.head()) {
        network.memory().upload(block.in(parameters), block.in(network.parameters()));
      }
    }
  }

  private static PretrainedWeights weights(
      String path, Optional<SavedModel> model, Configuration conf) {
    if (model.isPresent()) {
      byte[] zip = model.get().bytes(conf);
      try (Network trained = Network.load(new ByteArrayInputStream(zip))) {
        return PretrainedWeights.of(trained, path);
      } catch (IOException e) {
        throw unreadable(path, e);
      }
    }
    try (InputStream in = FileSystems.open(FileSystems.path(path), conf)) {
      return PretrainedWeights.of(TorchCheckpoint.read(in, path));
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static LongTailException unreadable(String path, IOException cause) {
    return new LongTailException(
        ErrorCode.DATA,
        "reading the starting weights %s: %s".formatted(path, cause.getMessage()),
        cause);
  }
}
