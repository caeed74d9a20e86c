package longtail.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import longtail.eval.NearestClassMean.Mode;
import longtail.eval.NearestClassMean.Similarity;
import org.junit.jupiter.api.Test;

class NearestClassMeanTest {
  private static NearestClassMean fitted(Mode mode) {
    return NearestClassMean.fit(
        new double[][] {{3, 4}, {6, 8}, {-2, 0}, {0, 0}}, new int[] {0, 0, 2, 2}, 3, mode);
  }

  @Test
  void aCentroidIsTheMeanOfItsClassAfterTheTransformation() {
    assertThat(fitted(Mode.PLAIN).mean()).containsExactly(1.75, 3);
    assertThat(fitted(Mode.PLAIN).centroids()[0]).containsExactly(4.5, 6);
    assertThat(fitted(Mode.NORMALIZED).centroids()[0]).containsExactly(0.6, 0.8);
    assertThat(fitted(Mode.NORMALIZED).centroids()[2]).containsExactly(-0.5, 0);
  }

  @Test
  void aClassWithoutImagesIsNeverChosen() {
    for (Mode mode : Mode.values()) {
      for (Similarity similarity : Similarity.values()) {
        double[] logits = fitted(mode).logits(new double[] {0.1, 0.1}, similarity);
        assertThat(logits[1]).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(logits[0]).isFinite();
      }
    }
  }

  @Test
  void meansOfPartsMergeIntoThoseOfTheWhole() {
    FeatureMean one = FeatureMean.of(2);
    one.add(1, 2);
    FeatureMean other = FeatureMean.of(2);
    other.add(4, 5);
    other.add(7, -1);
    one.merge(other);
    assertThat(one.mean()).containsExactly(4, 2);
    assertThat(one.count()).isEqualTo(3);
    assertThat(other.count()).isEqualTo(2);
  }

  @Test
  void theCosineDoesNotDependOnLengths() {
    double[] near = fitted(Mode.PLAIN).logits(new double[] {3, 4}, Similarity.COSINE);
    assertThat(near[0]).isCloseTo(1, within(1e-12));
    assertThat(fitted(Mode.PLAIN).logits(new double[] {30, 40}, Similarity.COSINE)[0])
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void featuresWithoutLabelsAreRefused() {
    assertThatThrownBy(() -> NearestClassMean.fit(new double[1][2], new int[0], 2, Mode.PLAIN))
        .hasMessageContaining("labels");
  }
}
