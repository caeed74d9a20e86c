package longtail.spark.round;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.FileSystems;
import longtail.nn.Network;
import longtail.nn.weights.PretrainedWeights;
import longtail.nn.weights.TorchCheckpoint;
import longtail.train.checkpoint.CheckpointChoice;
import longtail.train.checkpoint.SavedModel;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Where a run gets the weights that {@code model.weights} names. */
final class StartingWeights {
  private static final List<String> TORCH =
      List.of(".pth", ".pt", ".tar", ".bin", ".safetensors", ".ckpt", ".t7", ".pkl", ".th");

  private StartingWeights() {}

  /**
   * Gives {@code network} the weights at {@code path}: a PyTorch checkpoint or safetensors file by
   * the ending of its name, else a model zip, a checkpoint or the output directory of a run.
   *
   * @return a line that says what was taken and what was not
   * @throws LongTailException (DATA) if there is no such file or the backbone does not fit
   */
  static String load(String path, Network network, Configuration conf) {
    return "Starting from %s: %s".formatted(path, weights(path, conf).transfer(network).summary());
  }

  private static PretrainedWeights weights(String path, Configuration conf) {
    String name = path.toLowerCase(Locale.ROOT);
    if (TORCH.stream().noneMatch(name::endsWith)) {
      byte[] zip = SavedModel.find(path, CheckpointChoice.LATEST, conf).bytes(conf);
      try (Network trained = Network.load(new ByteArrayInputStream(zip))) {
        return PretrainedWeights.of(trained, path);
      } catch (IOException e) {
        throw unreadable(path, e);
      }
    }
    try (InputStream in = FileSystems.open(new Path(path), conf)) {
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
