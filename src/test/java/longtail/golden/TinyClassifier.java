package longtail.golden;

import java.util.Map;
import java.util.Optional;
import longtail.nn.Activations;
import longtail.nn.Mixing;
import longtail.nn.graph.MixingPlace;
import longtail.nn.layer.BatchMixing;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The network of the combiner cases: a 1x1 convolution {@code A}, a rectifier, the mean over the
 * positions, a classifier {@code W}, with a bias {@code b} or with normalised rows and features.
 */
public final class TinyClassifier {
  private final INDArray convolution;
  private final INDArray weight;
  private final Optional<INDArray> bias;
  private INDArray columns;
  private INDArray hidden;
  private INDArray features;
  private INDArray plainLogits;
  private Optional<Mixing> mixing = Optional.empty();
  private INDArray gradWeight;
  private INDArray gradConvolution;
  private INDArray gradBias;

  public TinyClassifier(INDArray convolution, INDArray weight, Optional<INDArray> bias) {
    this.convolution = convolution;
    this.weight = weight;
    this.bias = bias;
  }

  /**
   * {@code images [batch, channels, height, width]}; what is mixed where is up to {@code given}.
   */
  public Activations forward(INDArray images, Optional<Mixing> given) {
    mixing = given;
    long batch = images.size(0);
    long positions = images.size(2) * images.size(3);
    columns = images.permute(0, 2, 3, 1).dup('c').reshape('c', batch * positions, images.size(1));
    hidden = Transforms.relu(columns.mmul(convolution.transpose()));
    INDArray pooled = hidden.dup('c').reshape('c', batch, positions, hidden.size(1)).mean(1);
    features = mixedAt(MixingPlace.POOL, pooled.dup('c'), false);
    plainLogits =
        bias.map(b -> features.mmul(weight.transpose()).addRowVector(b))
            .orElseGet(() -> unit(features).mmul(unit(weight).transpose()))
            .dup('c');
    return new Activations(features, mixedAt(MixingPlace.FC, plainLogits, false), Map.of());
  }

  /** The output of the classifier before anything mixed it. */
  public INDArray classifierOutput() {
    return plainLogits;
  }

  /** Computes the gradients; {@code gradFeatures} come in addition to those by the logits. */
  public void backward(Optional<INDArray> gradFeatures, INDArray gradLogits) {
    INDArray atLogits = mixedAt(MixingPlace.FC, gradLogits.dup('c'), true);
    INDArray atFeatures;
    if (bias.isPresent()) {
      gradWeight = atLogits.transpose().mmul(features);
      gradBias = atLogits.sum(0);
      atFeatures = atLogits.mmul(weight);
    } else {
      gradWeight = throughUnit(weight, atLogits.transpose().mmul(unit(features)));
      atFeatures = throughUnit(features, atLogits.mmul(unit(weight)));
    }
    gradFeatures.ifPresent(atFeatures::addi);
    INDArray atPooled = mixedAt(MixingPlace.POOL, atFeatures.dup('c'), true);
    long positions = hidden.size(0) / atPooled.size(0);
    INDArray atHidden = Nd4j.create(DataType.DOUBLE, hidden.shape());
    for (int i = 0; i < hidden.size(0); i++) {
      atHidden.putRow(i, atPooled.getRow(i / positions).div(positions));
    }
    gradConvolution = atHidden.muli(hidden.gt(0).castTo(DataType.DOUBLE)).transpose().mmul(columns);
  }

  public INDArray gradWeight() {
    return gradWeight;
  }

  public INDArray gradConvolution() {
    return gradConvolution;
  }

  public INDArray gradBias() {
    return gradBias;
  }

  private INDArray mixedAt(MixingPlace place, INDArray x, boolean transposed) {
    return mixing
        .filter(m -> m.place() == place)
        .map(
            m -> {
              BatchMixing map = transposed ? m.map().transpose() : m.map();
              INDArray y = x.ulike();
              map.apply(x, y);
              return y;
            })
        .orElse(x);
  }

  private static INDArray unit(INDArray rows) {
    return rows.divColumnVector(rows.norm2(1));
  }

  /** The gradient at {@code rows} from that at their {@link #unit} rows. */
  private static INDArray throughUnit(INDArray rows, INDArray gradient) {
    INDArray unit = unit(rows);
    INDArray along = unit.mulColumnVector(unit.mul(gradient).sum(1));
    return gradient.sub(along).divColumnVector(rows.norm2(1));
  }
}
