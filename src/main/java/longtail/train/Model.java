package longtail.train;

import java.util.Optional;
import longtail.config.Default;
import longtail.nn.Backbone;
import longtail.nn.Head;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The network.
 *
 * @param backbone feature extractor
 * @param head classifier
 * @param precision type of parameters and activations
 * @param weights trained weights to start from: a PyTorch checkpoint ({@code .pth}, {@code .pt},
 *     {@code .tar}, {@code .bin}), a model zip, a checkpoint or the output directory of another run
 */
public record Model(
    @Default("resnet32") Backbone backbone,
    @Default("linear") Head head,
    @Default("float32") Precision precision,
    Optional<String> weights) {
  /** Number formats of training. */
  public enum Precision {
    /** Single precision. */
    FLOAT32(DataType.FLOAT),
    /** Double precision, for tests. */
    FLOAT64(DataType.DOUBLE);

    private final DataType type;

    Precision(DataType type) {
      this.type = type;
    }

    /** The arrays' type. */
    public DataType type() {
      return type;
    }
  }
}
