package longtail.train.experiment;

import java.util.Optional;
import longtail.config.Default;
import longtail.nn.Network;
import longtail.nn.Recomputation;
import longtail.nn.backbone.Backbone;
import longtail.nn.graph.Architecture;
import longtail.nn.head.Head;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The network.
 *
 * @param backbone feature extractor
 * @param head classifier
 * @param precision number format of training; evaluation of a saved model is in float32
 * @param weights trained weights to start from: a PyTorch checkpoint ({@code .pth}, {@code .pt},
 *     {@code .tar}, {@code .bin}), a model zip, a checkpoint or the output directory of another run
 * @param dropout share of the features that each training step sets to zero between backbone and
 *     head, in [0, 1), the others raised by {@code 1 / (1 - dropout)} (Srivastava et al., JMLR
 *     2014); each worker draws its own, so a run with it depends on the number of workers
 * @param recompute which feature maps a training step drops and computes again on the way back
 *     (activation checkpointing): {@code normalization} the outputs of batch normalisations, {@code
 *     blocks} the inside of residual blocks too; less memory for more time, the same result
 */
public record Model(
    @Default("resnet32") Backbone backbone,
    @Default("linear") Head head,
    @Default("float32") Precision precision,
    Optional<String> weights,
    @Default("0.0") double dropout,
    @Default("none") Recomputation recompute) {
  /** Checks that something is left of the features. */
  public Model {
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must be in [0, 1), was " + dropout);
    }
  }

  /** Number formats of training. */
  public enum Precision {
    /** Single precision. */
    FLOAT32(DataType.FLOAT, DataType.FLOAT),
    /** Double precision, for tests. */
    FLOAT64(DataType.DOUBLE, DataType.DOUBLE),
    /**
     * Feature maps and convolutions in bfloat16; parameters, statistics, features, logits, losses
     * and updates in single precision.
     */
    BFLOAT16(DataType.FLOAT, DataType.BFLOAT16);

    private final DataType type;
    private final DataType maps;

    Precision(DataType type, DataType maps) {
      this.type = type;
      this.maps = maps;
    }

    /** Type of parameters, features and logits. */
    public DataType type() {
      return type;
    }

    /** Type of feature maps. */
    public DataType maps() {
      return maps;
    }

    /** A fresh network in this precision; the caller closes it. */
    public Network network(Architecture architecture, long seed) {
      Network network = Network.create(architecture, type, seed);
      network.keepMapsIn(maps);
      return network;
    }
  }
}
