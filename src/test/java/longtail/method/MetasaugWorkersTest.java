package longtail.method;

import static longtail.method.MetasaugSetup.batch;
import static longtail.method.MetasaugSetup.method;
import static longtail.method.MetasaugSetup.persisting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import longtail.method.CovarianceLearning.Gradient;
import longtail.nn.FrozenNorm;
import longtail.nn.LinearHead;
import longtail.statistics.ClassStatistics;
import longtail.statistics.Covariance;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What several workers that learn by MetaSAug tell each other between rounds. */
class MetasaugWorkersTest {
  @Test
  void changesLeadALearnerFromRoundToRoundAsWholeStatesDo() {
    Metasaug method = persisting(Metasaug.Statistics.MERGED);
    try (MetasaugSetup stayed = new MetasaugSetup(method);
        MetasaugSetup restored = new MetasaugSetup(method)) {
      byte[] before = {};
      for (int round = 0; round < 3; round++) {
        restored.learner.restore(before);
        stayed.step(round);
        restored.step(10 + round);
        byte[] after =
            method.merge(
                before,
                List.of(
                    new Contribution(stayed.learner.contribution(), 6),
                    new Contribution(restored.learner.contribution(), 6)));
        byte[] changes = method.changes(before, after).orElseThrow();
        assertThat(stayed.learner.update(List.of(changes))).isTrue();
        assertThat(stayed.learner.state()).isEqualTo(after);
        stayed.step(20 + round);
        stayed.learner.update(List.of());
        assertThat(stayed.learner.state()).isEqualTo(after);
        assertThat(method.changes(after, after).orElseThrow().length).isLessThan(50);
        before = after;
      }
    }
  }

  @Test
  void localStatisticsAreOfEachWorkersOwnImages() {
    Metasaug local = persisting(Metasaug.Statistics.LOCAL);
    try (MetasaugSetup one = new MetasaugSetup(local);
        MetasaugSetup other = new MetasaugSetup(local)) {
      byte[] before = {};
      for (int round = 0; round < 2; round++) {
        one.step(round);
        other.step(10 + round);
        byte[] ofOne = one.learner.state();
        byte[] ofOther = other.learner.state();
        byte[] after =
            local.merge(
                before,
                List.of(
                    new Contribution(one.learner.contribution(), 6),
                    new Contribution(other.learner.contribution(), 2)));
        byte[] changes = local.changes(before, after).orElseThrow();
        one.learner.update(List.of(local.share(changes, 0, 2)));
        assertThat(one.learner.state()).isEqualTo(local.share(after, 0, 2));
        other.learner.restore(local.share(after, 1, 2));
        assertSameCounts(one.learner.state(), ofOne);
        assertSameCounts(other.learner.state(), ofOther);
        assertThatThrownBy(() -> local.share(after, 0, 3)).hasMessageContaining("--workers 2");
        before = after;
      }
    }
  }

  private static void assertSameCounts(byte[] state, byte[] expected) {
    ClassStatistics statistics = ClassKnowledge.fromBytes(state).statistics();
    ClassStatistics others = ClassKnowledge.fromBytes(expected).statistics();
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
      byte[] before = method.merge(new byte[0], List.of(contribution(one, 6)));
      one.learner.restore(before);
      left.learner.restore(before);
      right.learner.restore(before);
      one.step(1);
      one.step(2);
      left.step(1);
      right.step(2);
      byte[] merged = method.merge(before, List.of(contribution(left, 6), contribution(right, 6)));
      ClassStatistics got = ClassKnowledge.fromBytes(merged).statistics();
      ClassStatistics want = one.learner.knowledge().statistics();
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
