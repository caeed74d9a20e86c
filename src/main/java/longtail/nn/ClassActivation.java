package longtail.nn;

import java.util.List;
import java.util.stream.IntStream;
import longtail.image.ActivationMap;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Class activation maps (Zhou et al., "Learning Deep Features for Discriminative Localization",
 * 2016): at each place of the feature map {@code A} the share {@code sum_d W_yd A_d} of the logit
 * of class {@code y}, the bias left out.
 *
 * <p>Maps are stretched to 0..255, so a positive factor of a row of {@code W} or of an image, as
 * heads with norms or scales have, changes nothing.
 */
public final class ClassActivation {
  private final double[][] weight;

  private ClassActivation(double[][] weight) {
    this.weight = weight;
  }

  /** Maps by the rows of {@code weight}, {@code [classes, width]}. */
  public static ClassActivation of(INDArray weight) {
    return new ClassActivation(weight.castTo(DataType.DOUBLE).toDoubleMatrix());
  }

  /** Maps by the rows of the classifier of {@code network}, as they are now. */
  public static ClassActivation of(Network network) {
    ParameterBlock block =
        network.layout().stream()
            .filter(of -> of.role() == Role.HEAD_WEIGHT || of.role() == Role.FIXED_WEIGHT)
            .findFirst()
            .orElseThrow();
    return of(network.memory().host(block.in(network.parameters())));
  }

  /**
   * The map of each image for its class.
   *
   * @param featureMaps {@code [batch, height, width, features]}
   * @param labels {@code [batch]}
   */
  public List<ActivationMap> maps(INDArray featureMaps, int... labels) {
    int height = Math.toIntExact(featureMaps.size(1));
    int width = Math.toIntExact(featureMaps.size(2));
    double[] features = featureMaps.castTo(DataType.DOUBLE).dup('c').data().asDouble();
    int places = height * width;
    return IntStream.range(0, labels.length)
        .mapToObj(
            i ->
                ActivationMap.of(
                    height, width, activations(features, i * places, places, weight[labels[i]])))
        .toList();
  }

  private static double[] activations(double[] features, int first, int places, double[] row) {
    double[] activations = new double[places];
    for (int place = 0; place < places; place++) {
      int offset = (first + place) * row.length;
      for (int d = 0; d < row.length; d++) {
        activations[place] += row[d] * features[offset + d];
      }
    }
    return activations;
  }
}
