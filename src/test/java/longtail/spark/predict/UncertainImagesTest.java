package longtail.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;

import longtail.spark.predict.UncertainImages.Candidate;
import org.junit.jupiter.api.Test;

class UncertainImagesTest {
  @Test
  void aClassKeepsItsLeastCertainImages() {
    UncertainImages images = UncertainImages.of(10);
    for (int i = 0; i < 100; i++) {
      images.add(new Candidate(i, i % 2, (i * 37 % 100) / 100.0));
    }
    assertThat(images.all()).hasSize(16).extracting(Candidate::predicted).isSorted();
    assertThat(images.all().subList(0, 8))
        .extracting(Candidate::probability)
        .isSorted()
        .startsWith(0.0, 0.02, 0.04);
    assertThat(images.shown()).isEqualTo(images.all());
  }

  @Test
  void theOrderOfTheImagesIsAllOne() {
    UncertainImages one = UncertainImages.of(3);
    UncertainImages other = UncertainImages.of(3);
    for (int i = 0; i < 50; i++) {
      one.add(new Candidate(i, 0, i % 5));
      other.add(new Candidate(49 - i, 0, (49 - i) % 5));
    }
    assertThat(one.all()).isEqualTo(other.all());
  }

  @Test
  void aThousandClassesAndAMillionImagesStayAFewHundredPictures() {
    UncertainImages images = UncertainImages.of(1000);
    for (int i = 0; i < 1_000_000; i++) {
      images.add(new Candidate(i, i % 1000, (i * 7919L % 1_000_003) / 1e6));
    }
    assertThat(images.all()).hasSize(1000);
    assertThat(images.shown()).hasSize(UncertainImages.MOST);
    double mostCertainShown =
        images.shown().stream().mapToDouble(Candidate::probability).max().orElseThrow();
    assertThat(images.all())
        .filteredOn(c -> c.probability() < mostCertainShown)
        .allMatch(images.shown()::contains);
  }
}
