package longtail.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import longtail.config.Yaml;
import org.junit.jupiter.api.Test;

/** A split is set aside class by class where a dataset comes without it. */
class HeldOutTest {
  /** Classes of 100, 7, 3, 2, 1 and no images, mixed. */
  private static AnnotatedSet set() {
    int[] counts = {100, 7, 3, 2, 1, 0};
    List<Annotation> images = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      for (int c = 0; c < counts.length; c++) {
        if (i < counts[c]) {
          images.add(new Annotation(c + "-" + i, c + "/" + i + ".png", c, 8, 8));
        }
      }
    }
    return new AnnotatedSet(images, List.of("a", "b", "c", "d", "e", "f"));
  }

  private static Set<String> ids(AnnotatedSet set) {
    Set<String> ids = new HashSet<>();
    set.annotations().forEach(image -> ids.add(image.imageId()));
    return ids;
  }

  @Test
  void everyClassGivesItsShareAndKeepsAnImage() {
    HeldOut tenth = new HeldOut("val", 0.2, 0);
    assertThat(tenth.heldOut(set()).counts().toArray()).containsExactly(20, 1, 1, 1, 0, 0);
    assertThat(tenth.train(set()).counts().toArray()).containsExactly(80, 6, 2, 1, 1, 0);
    HeldOut most = new HeldOut("val", 0.9, 0);
    assertThat(most.train(set()).counts().toArray()).containsExactly(10, 1, 1, 1, 1, 0);
  }

  @Test
  void bothPartsAreTheWholeAndHaveNothingInCommon() {
    HeldOut aside = new HeldOut("val", 0.3, 5);
    Set<String> held = ids(aside.heldOut(set()));
    Set<String> left = ids(aside.train(set()));
    assertThat(held).doesNotContainAnyElementsOf(left);
    left.addAll(held);
    assertThat(left).isEqualTo(ids(set()));
  }

  @Test
  void theSeedDecidesWhichImages() {
    assertThat(ids(new HeldOut("val", 0.2, 1).heldOut(set())))
        .isEqualTo(ids(new HeldOut("val", 0.2, 1).heldOut(set())))
        .isNotEqualTo(ids(new HeldOut("val", 0.2, 2).heldOut(set())));
  }

  @Test
  void aManifestGivesItsPartsByName() {
    Manifest manifest =
        Yaml.read(
            """
            name: a
            format: inat
            splits: {train: {annotations: train.json, images: images, expected: {images: 113}}}
            held-out: {split: val, share: 0.2}
            """,
            "file",
            Manifest.class);
    assertThat(manifest.collection("val").annotations())
        .isEqualTo(manifest.collection("train").annotations());
    assertThat(manifest.part("val", set()).size()).isEqualTo(23);
    assertThat(manifest.part("train", set()).size()).isEqualTo(90);
    assertThat(manifest.differences("val", set().counts())).isEmpty();
    assertThatThrownBy(() -> manifest.collection("test")).hasMessageContaining("no split 'test'");
  }

  @Test
  void aShareIsAPartAndASplitHasItsOwnName() {
    assertThatThrownBy(() -> new HeldOut("val", 1, 0)).hasMessageContaining("share");
    assertThatThrownBy(() -> new HeldOut("train", 0.2, 0)).hasMessageContaining("train");
    assertThatThrownBy(
            () ->
                Yaml.read(
                    "{name: a, format: inat, splits: {train: {}, val: {}}, held-out: {split: val}}",
                    "file",
                    Manifest.class))
        .hasMessageContaining("held-out");
  }
}
