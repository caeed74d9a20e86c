package longtail.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import longtail.nn.head.LinearHead;
import longtail.nn.layer.Mode;
import longtail.nn.layer.Role;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Running statistics that a pass moved are moved again without the pass. */
class RunningStatisticsTest {
  private static final double[][] FEATURES = {{1, -2}, {3, 0.5}, {-1, 4}};

  /** Features of unit size, and so small that all moves are far below single precision. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 1e-4})
  void repeatingAPassMovesThemAsAnotherPassDoes(double size) {
    INDArray images = FeatureNetwork.images(Nd4j.createFromArray(FEATURES).muli(size));
    try (Network repeated = network(size);
        Network passed = network(size)) {
      RunningStatistics statistics = RunningStatistics.of(repeated);
      statistics.beforePass();
      repeated.forward(images, Mode.TRAIN);
      statistics.afterPass();
      statistics.repeat();
      passed.forward(images, Mode.TRAIN);
      passed.forward(images, Mode.TRAIN);
      for (Role role : new Role[] {Role.RUNNING_MEAN, Role.RUNNING_VARIANCE}) {
        double[] got = FeatureNetwork.get(repeated, repeated.parameters(), role);
        double[] want = FeatureNetwork.get(passed, passed.parameters(), role);
        assertThat(got).containsExactly(want, within(1e-12 * Math.abs(want[0])));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 1e-4})
  void whatAPassLeftAsItWasStays(double size) {
    INDArray images = FeatureNetwork.images(Nd4j.createFromArray(FEATURES).muli(size));
    try (Network network = network(size)) {
      RunningStatistics statistics = RunningStatistics.of(network);
      INDArray before = network.parameters().dup();
      statistics.beforePass();
      network.forward(images, Mode.RUNNING_STATISTICS);
      statistics.afterPass();
      statistics.repeat();
      assertThat(network.parameters().toDoubleVector()).isEqualTo(before.toDoubleVector());
    }
  }

  private static Network network(double size) {
    Network network = FeatureNetwork.normalized(LinearHead.standard(), 2, 3);
    FeatureNetwork.set(network, Role.RUNNING_MEAN, Nd4j.createFromArray(0.0, 0.0));
    FeatureNetwork.set(
        network, Role.RUNNING_VARIANCE, Nd4j.createFromArray(1.0, 1.0).muli(size * size));
    return network;
  }
}
