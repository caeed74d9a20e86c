package longtail.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ApportionmentTest {
  @RepeatedTest(20)
  void everyPrefixIsSharedToLessThanOneDraw(RepetitionInfo repetition) {
    SplittableRandom random = RandomStreams.of(1, repetition.getCurrentRepetition());
    double[] weights = new double[1 + random.nextInt(20)];
    Arrays.setAll(weights, s -> Math.pow(random.nextDouble(), 4));
    double total = Arrays.stream(weights).sum();
    Apportionment apportionment = new Apportionment(weights);

    for (int draws = 0; draws <= 500; draws++) {
      int[] dealt = apportionment.dealUpTo(draws);
      assertThat(Arrays.stream(dealt).sum()).isEqualTo(draws);
      for (int s = 0; s < weights.length; s++) {
        assertThat(Math.abs(dealt[s] - draws * weights[s] / total)).isLessThan(1);
      }
    }
  }

  @Test
  void wholeNumbersOfDrawsAreDealtExactly() {
    assertThat(new Apportionment(7, 0, 3, 11).dealUpTo(21)).containsExactly(7, 0, 3, 11);
    assertThat(new Apportionment(7, 0, 3, 11).dealUpTo(42)).containsExactly(14, 0, 6, 22);
  }

  @Test
  void theSizeOfTheStepsDoesNotMatter() {
    Apportionment inSteps = new Apportionment(0.2, 0.5, 0.3);
    for (int draws = 0; draws < 100; draws += 7) {
      inSteps.dealUpTo(draws);
    }
    assertThat(inSteps.dealUpTo(100)).isEqualTo(new Apportionment(0.2, 0.5, 0.3).dealUpTo(100));
  }
}
