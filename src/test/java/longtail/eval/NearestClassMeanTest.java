package longtail.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import longtail.eval.NearestClassMean.Mode;
import longtail.eval.NearestClassMean.Similarity;
import org.junit.jupiter.api.Test;

class NearestClassMeanTest {
  private static final NearestClassMean CLASSIFIER =
      NearestClassMean.fit(
          new double[][] {{3, 4}, {6, 8}, {-2, 0}, {0, 0}}, new int[] {0, 0, 2, 2}, 3);

  @Test
  void aCentroidIsTheMeanOfItsClassAfterTheTransformation() {
    assertThat(CLASSIFIER.mean()).containsExactly(1.75, 3);
    assertThat(CLASSIFIER.centroids(Mode.PLAIN)[0]).containsExactly(4.5, 6);
    assertThat(CLASSIFIER.centroids(Mode.NORMALIZED)[0]).containsExactly(0.6, 0.8);
    assertThat(CLASSIFIER.centroids(Mode.NORMALIZED)[2]).containsExactly(-0.5, 0);
  }

  @Test
  void aClassWithoutImagesIsNeverChosen() {
    for (Mode mode : Mode.values()) {
      for (Similarity similarity : Similarity.values()) {
        double[] logits = CLASSIFIER.logits(new double[] {0.1, 0.1}, mode, similarity);
        assertThat(logits[1]).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(logits[0]).isFinite();
      }
    }
  }

  @Test
  void theCosineDoesNotDependOnLengths() {
    double[] near = CLASSIFIER.logits(new double[] {3, 4}, Mode.PLAIN, Similarity.COSINE);
    assertThat(near[0]).isCloseTo(1, within(1e-12));
    assertThat(CLASSIFIER.logits(new double[] {30, 40}, Mode.PLAIN, Similarity.COSINE)[0])
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void featuresWithoutLabelsAreRefused() {
    assertThatThrownBy(() -> NearestClassMean.fit(new double[1][2], new int[0], 2))
        .hasMessageContaining("labels");
  }
}
