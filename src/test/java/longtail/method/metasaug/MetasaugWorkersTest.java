package longtail.method.metasaug;

import static longtail.method.metasaug.MetasaugSetup.batch;
import static longtail.method.metasaug.MetasaugSetup.method;
import static longtail.method.metasaug.MetasaugSetup.persisting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import longtail.method.Batch;
import longtail.method.Contribution;
import longtail.method.StepBatches;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.nn.FrozenNorm;
import longtail.nn.head.LinearHead;
import longtail.statistics.ClassStatistics;
import longtail.statistics.Covariance;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What several workers that learn by MetaSAug tell each other between rounds. */
class MetasaugWorkersTest {
  @Test
  void localStatisticsAreOfEachWorkersOwnImages() {
    Metasaug local = persisting(Metasaug.Statistics.LOCAL);
    try (MetasaugSetup one = new MetasaugSetup(local);
        MetasaugSetup other = new MetasaugSetup(local)) {
      for (int round = 0; round < 2; round++) {
        one.step(round);
        other.step(10 + round);
        byte[] ofOne = one.learner.state();
        byte[] ofOther = other.learner.state();
        List<Contribution> contributions = List.of(contribution(one, 6), contribution(other, 2));
        one.learner.merge(contributions, 0);
        other.learner.merge(contributions, 1);
        assertSameCounts(one.learner.state(), ofOne);
        assertSameCounts(other.learner.state(), ofOther);
        byte[] whole = local.whole(List.of(one.learner.state(), other.learner.state()));
        assertThat(local.share(whole, 1, 2)).isEqualTo(other.learner.state());
        assertThatThrownBy(() -> local.share(whole, 0, 3)).hasMessageContaining("--workers 2");
      }
    }
  }

  private static void assertSameCounts(byte[] state, byte[] expected) {
    ClassStatistics statistics = MetasaugState.fromBytes(state).statistics();
    ClassStatistics others = MetasaugState.fromBytes(expected).statistics();
    for (int c = 0; c < statistics.classes(); c++) {
      assertThat(statistics.count(c)).isEqualTo(others.count(c));
    }
  }

  @Test
  void theStatisticsOfTwoWorkersAreThoseOfOne() {
    Metasaug method = method(Covariance.FULL, Gradient.EXACT);
    Optional<FrozenNorm> frozen = Optional.of(FrozenNorm.RUNNING);
    try (MetasaugSetup one = new MetasaugSetup(method, LinearHead.standard(), frozen);
        MetasaugSetup left = new MetasaugSetup(method, LinearHead.standard(), frozen);
        MetasaugSetup right = new MetasaugSetup(method, LinearHead.standard(), frozen)) {
      one.step(0);
      one.learner.merge(List.of(contribution(one, 6)), 0);
      left.learner.restore(one.learner.state());
      right.learner.restore(one.learner.state());
      one.step(1);
      one.step(2);
      left.step(1);
      right.step(2);
      left.learner.merge(List.of(contribution(left, 6), contribution(right, 6)), 0);
      ClassStatistics got = left.learner.classState().statistics();
      ClassStatistics want = one.learner.classState().statistics();
      for (int c = 0; c < got.classes(); c++) {
        assertThat(got.count(c)).isEqualTo(want.count(c));
        assertThat(got.mean(c)).containsExactly(want.mean(c), within(1e-12));
      }
      int[] all = {0, 1, 2};
      INDArray apart =
          got.covariances(all, DataType.DOUBLE)
              .values()
              .sub(want.covariances(all, DataType.DOUBLE).values());
      assertThat(apart.amaxNumber().doubleValue()).isLessThan(1e-12);
    }
  }

  private static Contribution contribution(MetasaugSetup setup, long examples) {
    return new Contribution(setup.learner.contribution(), examples);
  }

  @Test
  void onlyTheClassesOfTheRoundTravel() {
    try (MetasaugSetup setup = new MetasaugSetup(method(Covariance.FULL, Gradient.EXACT))) {
      for (int iteration = 0; iteration < 4; iteration++) {
        setup.step(iteration);
      }
      setup.learner.restore(setup.learner.state());
      int nothing = setup.learner.contribution().length;
      Batch one = batch(9, 1);
      setup.learner.step(new StepBatches(one, List.of(batch(10, 3))), 0.02, 4);
      int width = setup.network.featureWidth();
      assertThat(setup.learner.contribution().length - nothing)
          .isEqualTo(4 + 8 + 8 * (width + width * width));
      assertThat(setup.learner.state().length).isGreaterThan(setup.learner.contribution().length);
    }
  }
}
