package longtail.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import longtail.RandomStreams;
import longtail.dataset.ClassCounts;
import org.junit.jupiter.api.Test;

/** The Meta Sampler: its rates, its draws over all images and those class first. */
class MetaSamplerTest {
  private static final int[] LABELS = labels(90, 7, 1, 0, 260);
  private static final ClassCounts COUNTS = ClassCounts.ofLabels(LABELS, 5);
  private static final SampleRates RATES = SampleRates.of(-0.8, 0.4, 2.1, 0.3, -1.9);
  private static final int DRAWS = 20_000;

  @Test
  void theInitialRatesAreHalfWithoutPowerAndFavourRareClassesWithIt() {
    assertThat(SampleRates.initial(COUNTS, 0).rates()).containsOnly(0.5);
    double[] rates = SampleRates.initial(COUNTS, 0.3).rates();
    assertThat(rates[4]).isLessThan(rates[0]);
    assertThat(rates[1]).isLessThan(rates[2]);
    assertThat(rates[2] + rates[4]).isCloseTo(1, within(1e-12));
    assertThat(rates[0] / rates[4]).isCloseTo(Math.pow(90 / 260.0, -0.3), within(1e-12));
    assertThat(rates[3]).isEqualTo(0.5);
  }

  @Test
  void theClassProbabilitiesAreThoseOfDrawingImagesByTheirRates() {
    double[] expected = new double[5];
    double all = 0;
    for (int label : LABELS) {
      expected[label] += RATES.rate(label);
      all += RATES.rate(label);
    }
    double sum = all;
    Arrays.setAll(expected, c -> expected[c] / sum);
    assertThat(RATES.classProbabilities(COUNTS)).containsExactly(expected, within(1e-12));
  }

  @Test
  void drawingClassFirstHasTheDistributionOfGumbelNoiseOverAllImages() {
    sameAsOverAllImages(ClassFirstDraw.of(RATES, COUNTS));
  }

  @Test
  void withANoiseForEveryImageToo() {
    sameAsOverAllImages(ClassFirstDraw.imageByImage(RATES, COUNTS));
  }

  private static void sameAsOverAllImages(ClassFirstDraw classFirst) {
    CumulativeWeights classes = CumulativeWeights.of(RATES.classProbabilities(COUNTS));
    SplittableRandom random = RandomStreams.of(5);
    List<SoftDraw> exhaustive =
        Stream.generate(() -> GumbelDraw.of(RATES, LABELS, gumbel(random)).draw())
            .limit(DRAWS)
            .toList();
    List<SoftDraw> twoSteps =
        Stream.generate(() -> classFirst.around(classes.at(random.nextDouble()), random))
            .limit(DRAWS)
            .toList();
    same(exhaustive, twoSteps, 5, draw -> draw.label());
    same(exhaustive, twoSteps, 20, SoftDraw::share);
    for (int c : new int[] {0, 1, 2, 4}) {
      same(exhaustive, twoSteps, 20, draw -> draw.classShares()[c]);
      // what the gradient consists of, jointly with the class
      same(
          exhaustive,
          twoSteps,
          20,
          draw -> draw.share() * ((draw.label() == c ? 1 : 0) - draw.classShares()[c]));
    }
    same(exhaustive, twoSteps, 20, draw -> draw.label() + draw.classShares()[draw.label()]);
  }

  @Test
  void theSharesOfTheClassesAddUpAndHoldTheDrawnImage() {
    SplittableRandom random = RandomStreams.of(6);
    ClassFirstDraw classFirst = ClassFirstDraw.of(RATES, COUNTS);
    for (int i = 0; i < 200; i++) {
      SoftDraw draw = classFirst.around(i % 2 == 0 ? 2 : 4, random);
      assertThat(Arrays.stream(draw.classShares()).sum()).isCloseTo(1, within(1e-12));
      assertThat(draw.classShares()[3]).isZero();
      // the only image of class 2 is all of its class
      assertThat(draw.classShares()[draw.label()] - draw.share())
          .isGreaterThanOrEqualTo(draw.label() == 2 ? -1e-15 : 1e-12);
    }
  }

  @Test
  void sumsOfInverseExponentialsHaveTheDistributionOfTheirTerms() {
    SplittableRandom random = RandomStreams.of(7);
    for (int terms : new int[] {1, 20, 60, 700}) {
      double shift = 0.4 / terms;
      double[] direct = new double[DRAWS / 4];
      double[] ours = new double[DRAWS / 4];
      for (int i = 0; i < direct.length; i++) {
        for (int t = 0; t < terms; t++) {
          direct[i] += 1 / (shift - Math.log1p(-random.nextDouble()));
        }
        ours[i] = InverseExponentials.sum(terms, shift, random);
      }
      assertThat(chiSquare(direct, ours, 20)).as(terms + " terms").isLessThan(limit(19));
    }
    assertThat(InverseExponentials.sum(0, 1, random)).isZero();
  }

  @Test
  void theExponentialIntegralIsThatOfTheTables() {
    // Abramowitz and Stegun, table 5.1
    assertThat(InverseExponentials.scaledIntegral(0.5) * Math.exp(-0.5))
        .isCloseTo(0.559773595, within(1e-9));
    assertThat(InverseExponentials.scaledIntegral(1) * Math.exp(-1))
        .isCloseTo(0.219383934, within(1e-9));
    assertThat(InverseExponentials.scaledIntegral(10)).isCloseTo(0.915633339 / 10, within(1e-9));
    assertThat(InverseExponentials.scaledIntegral(Math.nextDown(1.0)))
        .isCloseTo(InverseExponentials.scaledIntegral(1), within(1e-13));
  }

  @Test
  void theGradientIsThatOfTheSoftmaxAtTheDrawnImages() {
    SplittableRandom random = RandomStreams.of(8);
    double[][] noise = {gumbel(random), gumbel(random), gumbel(random)};
    double[] atWeights = {0.3, -1.2, 2};
    GumbelDraw[] draws = draws(RATES, noise);
    double[] gradient =
        RATES.gradient(Arrays.stream(draws).map(GumbelDraw::draw).toList(), atWeights);
    double step = 1e-6;
    for (int c = 0; c < gradient.length; c++) {
      double difference = 0;
      for (int sign : new int[] {1, -1}) {
        double[] moved = RATES.parameters();
        moved[c] += sign * step;
        GumbelDraw[] others = draws(SampleRates.of(moved), noise);
        for (int b = 0; b < draws.length; b++) {
          // the straight-through weight is s = h stopped times h; h is the drawn image's share
          difference += sign * atWeights[b] * others[b].shares()[draws[b].row()] / (2 * step);
        }
      }
      assertThat(gradient[c]).isCloseTo(difference, within(1e-8));
    }
  }

  private static GumbelDraw[] draws(SampleRates rates, double[][] noise) {
    return Arrays.stream(noise)
        .map(n -> GumbelDraw.of(rates, LABELS, n))
        .toArray(GumbelDraw[]::new);
  }

  private static double[] gumbel(SplittableRandom random) {
    return IntStream.range(0, LABELS.length)
        .mapToDouble(i -> -Math.log(-Math.log1p(-random.nextDouble())))
        .toArray();
  }

  private static void same(
      List<SoftDraw> a, List<SoftDraw> b, int bins, ToDoubleFunction<SoftDraw> figure) {
    double[] ofA = a.stream().mapToDouble(figure).toArray();
    double[] ofB = b.stream().mapToDouble(figure).toArray();
    assertThat(chiSquare(ofA, ofB, bins)).isLessThan(limit(bins - 1));
  }

  /** The two-sample statistic over bins that hold as many of both samples together. */
  private static double chiSquare(double[] a, double[] b, int bins) {
    double[] sorted = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, sorted, a.length, b.length);
    Arrays.sort(sorted);
    double[] borders = new double[bins - 1];
    for (int i = 1; i < bins; i++) {
      borders[i - 1] = sorted[(int) ((long) i * sorted.length / bins)];
    }
    double[] distinct = Arrays.stream(borders).distinct().toArray();
    double[] countA = counts(a, distinct);
    double[] countB = counts(b, distinct);
    double statistic = 0;
    for (int i = 0; i < countA.length; i++) {
      double difference = countA[i] - countB[i];
      if (countA[i] + countB[i] > 0) {
        statistic += difference * difference / (countA[i] + countB[i]);
      }
    }
    return statistic;
  }

  private static double[] counts(double[] values, double[] borders) {
    double[] counts = new double[borders.length + 1];
    for (double value : values) {
      int at = Arrays.binarySearch(borders, value);
      counts[at >= 0 ? at + 1 : -at - 1]++;
    }
    return counts;
  }

  /** The value that chi-square exceeds once in ten thousand (Wilson and Hilferty). */
  private static double limit(int freedom) {
    double spread = 2.0 / (9 * freedom);
    return freedom * Math.pow(1 - spread + 3.719 * Math.sqrt(spread), 3);
  }

  private static int[] labels(int... counts) {
    return IntStream.range(0, counts.length)
        .flatMap(c -> IntStream.range(0, counts[c]).map(i -> c))
        .toArray();
  }
}
