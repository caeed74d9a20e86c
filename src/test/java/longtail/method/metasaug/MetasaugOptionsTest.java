package longtail.method.metasaug;

import static longtail.method.metasaug.MetasaugSetup.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import longtail.LongTailException;
import longtail.config.OneOf;
import longtail.config.Yaml;
import longtail.method.Method;
import longtail.method.StepBatches;
import longtail.method.metasaug.CovarianceLearning.Gradient;
import longtail.method.metasaug.CovarianceLearning.PseudoRate;
import longtail.nn.head.CosineHead;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.nn.head.NormalizedHead;
import longtail.optim.Counting;
import longtail.optim.Multistep;
import longtail.sample.BatchStream;
import longtail.statistics.Covariance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** What the keys of {@code method: metasaug} do. */
class MetasaugOptionsTest {
  record Learning(@OneOf(Metasaug.class) Method method) {}

  private static Metasaug read(String options) {
    String yaml = "method: {type: metasaug%s}".formatted(options.isEmpty() ? "" : ", " + options);
    return (Metasaug) Yaml.read(yaml, "test", Learning.class).method();
  }

  @Test
  void theDefaultsAreThoseOfThePublishedCode() {
    assertThat(read(""))
        .isEqualTo(
            new Metasaug(
                Covariance.FULL,
                0.25,
                new AugmentationRatio.Linear(0),
                0,
                false,
                Metasaug.Statistics.MERGED,
                new CovarianceLearning(
                    true, 1, 0.1, Optional.empty(), Optional.empty(), false, Gradient.EXACT)));
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            read(
                """
                covariance: diagonal, lambda: 0.5, ratio: {type: linear, from: 0.8}, start-epoch: 3,
                persist-covariance: true, statistics: local,
                meta: {enabled: false, every: 4, lr: 0.2, batch-size: 7, fixed-batch: true,
                       gradient: finite-difference,
                       pseudo: {lr: 0.3, schedule: {type: multistep, milestones: [5], factor: 0.1}}}
                """))
        .isEqualTo(
            new Metasaug(
                Covariance.DIAGONAL,
                0.5,
                new AugmentationRatio.Linear(0.8),
                3,
                true,
                Metasaug.Statistics.LOCAL,
                new CovarianceLearning(
                    false,
                    4,
                    0.2,
                    Optional.of(
                        new PseudoRate(0.3, new Multistep(List.of(5), 0.1, Counting.FROM_ZERO))),
                    Optional.of(7),
                    true,
                    Gradient.FINITE_DIFFERENCE)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "persist-covariances: true | persist-covariance",
        "ratio: exponential | linear",
        "ratio: {type: linear, to: 1} | from",
        "statistics: global | local",
        "meta: {fixed-batches: true} | fixed-batch",
        "meta: {pseudo-lr: 0.1} | meta",
        "meta: {gradient: exactly} | exact",
        "lambda: -1 | lambda must be finite and not negative, was -1.0",
        "start-epoch: -1 | start-epoch must not be negative, was -1",
        "ratio: {type: linear, from: 1.5} | from must be in [0, 1], was 1.5",
        "meta: {every: 0} | every and batch-size must be at least 1",
        "meta: {batch-size: 0} | every and batch-size must be at least 1",
        "meta: {lr: -0.1} | lr must be finite and not negative, was -0.1",
        "meta: {pseudo: {lr: -0.1}} | lr must be finite and not negative, was -0.1"
      })
  void whatIsMisspeltOrOutOfRangeIsAnError(String options, String message) {
    assertThatThrownBy(() -> read(options))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theRatioGrowsFromNothingToLambdaOverTheStage() {
    Metasaug published = read("lambda: 0.75, start-epoch: 160");
    assertThat(published.ratio(159, 200)).isZero();
    assertThat(published.ratio(160, 200)).isCloseTo(0.6, within(1e-15));
    assertThat(published.ratio(199, 200)).isCloseTo(0.75 * 0.995, within(1e-15));
    assertThat(read("lambda: 0.75").ratio(0, 20)).isZero();
  }

  @Test
  void aStageMayBeTheLastPartOfALongerGrowthOrHaveLambdaThroughout() {
    Metasaug whole = read("lambda: 0.75, start-epoch: 160");
    Metasaug last = read("lambda: 0.75, ratio: {type: linear, from: 0.8}");
    for (int epoch = 0; epoch < 40; epoch++) {
      assertThat(last.ratio(epoch, 40)).isCloseTo(whole.ratio(160 + epoch, 200), within(1e-15));
      assertThat(read("lambda: 0.75, ratio: constant").ratio(epoch, 40)).isEqualTo(0.75);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lambda: 0.5 | 1",
        "lambda: 0.5, start-epoch: 6 | 6",
        "lambda: 0.5, ratio: constant | 0",
        "lambda: 0.5, ratio: {type: linear, from: 0.1} | 0",
        "lambda: 0.5, ratio: constant, start-epoch: 2 | 2",
        "lambda: 0 | 2147483647"
      })
  void metaBatchesAreReadFromTheFirstEpochWithARatioOn(String options, int epoch) {
    assertThat(read(options).streams().get(0).use().epoch()).isEqualTo(epoch);
  }

  @Test
  void theMetaBatchIsFreshInEveryStepOrTheSameInAll() {
    BatchStream fresh = read("").streams().get(0);
    assertThat(fresh.source()).isEqualTo(BatchStream.Source.META);
    assertThat(fresh.order()).isEqualTo(BatchStream.Order.FRESH);
    BatchStream fixed = read("meta: {fixed-batch: true, batch-size: 9}").streams().get(0);
    assertThat(fixed.order()).isEqualTo(BatchStream.Order.FIXED);
    assertThat(fixed.batchSize()).contains(9);
  }

  @Test
  void thePseudoStepHasTheRateOfTheRealOneOrItsOwn() {
    assertThat(read("").meta().pseudoRate(0.02, 170, 200)).isEqualTo(0.02);
    CovarianceLearning own =
        read("meta: {pseudo: {lr: 0.1, schedule: {type: multistep, milestones: [160, 180], factor: 0.01}}}")
            .meta();
    assertThat(own.pseudoRate(1e-5, 179, 200)).isCloseTo(1e-3, within(1e-18));
    assertThat(own.pseudoRate(1e-5, 180, 200)).isCloseTo(1e-5, within(1e-20));
  }

  @Test
  void aHeadOrAPrecisionThatItCannotLearnWithIsRefusedBeforeAnythingRuns() {
    for (Head head : List.of(new CosineHead(16), new NormalizedHead(8))) {
      assertThatThrownBy(() -> read("").requireHead(head))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("model.head must be linear");
    }
    assertThatThrownBy(() -> read("").requireMaps(DataType.BFLOAT16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.precision must be float32");
    assertThatCode(
            () -> {
              read("").requireHead(LinearHead.standard());
              read("").requireMaps(DataType.FLOAT);
              read("meta: {enabled: false}").requireMaps(DataType.BFLOAT16);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void withoutLearningItIsTheAugmentedLossAloneAndNeedsNoMetaSet() {
    Metasaug without = read("lambda: 0.7, meta: {enabled: false}");
    assertThat(without.streams()).isEmpty();
    try (MetasaugSetup plain = new MetasaugSetup(without);
        MetasaugSetup still = new MetasaugSetup(read("lambda: 0.7, meta: {lr: 0}"));
        MetasaugSetup learning = new MetasaugSetup(read("lambda: 0.7, meta: {lr: 50}"))) {
      for (int iteration = 0; iteration < 3; iteration++) {
        plain.learner.step(new StepBatches(batch(iteration, 6), List.of()), 0.02, iteration);
        still.step(iteration);
        learning.step(iteration);
      }
      double[] got = plain.network.parameters().toDoubleVector();
      assertThat(got).containsExactly(still.network.parameters().toDoubleVector(), within(1e-12));
      assertThat(got).isNotEqualTo(learning.network.parameters().toDoubleVector());
    }
  }
}
