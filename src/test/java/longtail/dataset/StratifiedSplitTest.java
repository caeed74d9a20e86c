package longtail.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StratifiedSplitTest {
  private static final SplitShares USUAL = SplitShares.parse("80:10:10");

  @Test
  void everyClassHasItsSharesInEachPart() {
    StratifiedSplit split = StratifiedSplit.of(set(1000, 100, 50, 20, 10), USUAL, 0);

    assertThat(counts(split, SplitPart.TRAIN)).containsExactly(800, 80, 40, 16, 8);
    assertThat(counts(split, SplitPart.VALIDATION)).containsExactly(100, 10, 5, 2, 1);
    assertThat(counts(split, SplitPart.TEST)).containsExactly(100, 10, 5, 2, 1);
    assertThat(split.notes()).isEmpty();
  }

  @Test
  void noImageIsLostOrInTwoParts() {
    AnnotatedSet set = set(333, 17, 5, 1);
    StratifiedSplit split = StratifiedSplit.of(set, SplitShares.parse("7:2:1"), 3);
    Set<String> ids = new HashSet<>();
    int images = 0;
    for (SplitPart part : SplitPart.values()) {
      for (Annotation image : split.images(part).annotations()) {
        ids.add(image.imageId());
        images++;
      }
      assertThat(split.images(part).classNames()).isEqualTo(set.classNames());
    }
    assertThat(images).isEqualTo(set.size());
    assertThat(ids).hasSize(set.size());
  }

  @Test
  void rareClassesAreTrainedOnFirstAndThatIsSaid() {
    StratifiedSplit split = StratifiedSplit.of(set(100, 3, 2, 1), USUAL, 0);

    assertThat(counts(split, SplitPart.TRAIN)).containsExactly(80, 3, 2, 1);
    assertThat(split.notes())
        .containsExactly(
            "3 of 4 classes have too few images or groups to give the validation set one, such as '1' with 3; each has at least one to train on",
            "3 of 4 classes have too few images or groups to give the test set one, such as '1' with 3; each has at least one to train on");
    StratifiedSplit small = StratifiedSplit.of(set(1, 1, 2), SplitShares.parse("10:45:45"), 0);
    assertThat(counts(small, SplitPart.TRAIN))
        .as("even where its share is small")
        .contains(1, 1, 1);
  }

  @Test
  void thePartsAsAWholeHaveTheirSharesWhereClassesCannot() {
    int[] sizes = new int[400];
    java.util.Arrays.fill(sizes, 5);
    StratifiedSplit split = StratifiedSplit.of(set(sizes), USUAL, 1);

    assertThat(split.images(SplitPart.TRAIN).size()).isEqualTo(1600);
    assertThat(split.images(SplitPart.VALIDATION).size()).isEqualTo(200);
    assertThat(split.images(SplitPart.TEST).size()).isEqualTo(200);
  }

  @Test
  void imagesOfOneGroupStayTogether() {
    List<Annotation> images = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      // tracks of 1 to 12 frames, a few of which show two classes
      int track = (int) Math.sqrt(7.0 * i);
      images.add(
          new Annotation(
              "" + i, i + ".jpg", track % 4 == 3 ? i % 2 : track % 3, 0, 0, "t" + track));
    }
    AnnotatedSet set = new AnnotatedSet(images, List.of("a", "b", "c"));
    StratifiedSplit split = StratifiedSplit.of(set, USUAL, 5);

    Set<String> seen = new HashSet<>();
    for (SplitPart part : SplitPart.values()) {
      Set<String> groups = new HashSet<>();
      split.images(part).annotations().forEach(image -> groups.add(image.group()));
      assertThat(seen).doesNotContainAnyElementsOf(groups);
      seen.addAll(groups);
    }
    for (int c = 0; c < 3; c++) {
      int all = set.counts().count(c);
      assertThat(counts(split, SplitPart.TRAIN)[c] / (double) all).isCloseTo(.8, within(.03));
      assertThat(counts(split, SplitPart.TEST)[c] / (double) all).isCloseTo(.1, within(.03));
    }
  }

  @Test
  void theSeedDecidesWhichImagesGoWhere() {
    AnnotatedSet set = set(60, 30);

    assertThat(StratifiedSplit.of(set, USUAL, 1).images(SplitPart.TEST))
        .isEqualTo(StratifiedSplit.of(set, USUAL, 1).images(SplitPart.TEST))
        .isNotEqualTo(StratifiedSplit.of(set, USUAL, 2).images(SplitPart.TEST));
  }

  @Test
  void sharesAreOfAnyUnitAndTwoLeaveOutTheTestSet() {
    assertThat(SplitShares.parse("8:1:1")).isEqualTo(SplitShares.parse("80:10:10"));
    assertThat(SplitShares.parse("0.8:0.1:0.1").train()).isCloseTo(.8, within(1e-12));
    assertThat(SplitShares.parse("90:10").test()).isZero();
    assertThat(SplitShares.parse("90:0:10").validation()).isZero();
    assertThat(SplitShares.isMeant("train")).isFalse();
    for (String text : new String[] {"0:50:50", "100:0:0", "1.2.3:4", "80:.:10"}) {
      assertThat(SplitShares.isMeant(text)).isTrue();
      assertThatThrownBy(() -> SplitShares.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("80:10:10, was '" + text + "'");
    }
  }

  @Test
  void aPatternOfThePathTellsTheGroups() {
    AnnotatedSet set =
        new AnnotatedSet(
            List.of(
                new Annotation("0", "film1/frame7.jpg", 0, 0, 0),
                new Annotation("1", "film2/frame8.jpg", 0, 0, 0),
                new Annotation("2", "alone.jpg", 0, 0, 0)),
            List.of("a"));

    AnnotatedSet folders = GroupPattern.of("^([^/]+)/").group(set);
    assertThat(folders.annotations())
        .extracting(Annotation::group)
        .containsExactly("film1", "film2", "");
    assertThat(folders.notes())
        .containsExactly(
            "the group pattern does not match 1 of 3 images, which belong to no group");
    assertThat(GroupPattern.of("film[0-9]").group(set).annotations())
        .extracting(Annotation::group)
        .containsExactly("film1", "film2", "");
    assertThatThrownBy(() -> GroupPattern.of("(")).hasMessageContaining("group-pattern");
  }

  private static int[] counts(StratifiedSplit split, SplitPart part) {
    return split.images(part).counts().toArray();
  }

  private static AnnotatedSet set(int... sizes) {
    List<Annotation> images = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int c = 0; c < sizes.length; c++) {
      names.add("" + c);
      for (int i = 0; i < sizes[c]; i++) {
        images.add(new Annotation("" + images.size(), images.size() + ".jpg", c, 0, 0));
      }
    }
    return new AnnotatedSet(images, names);
  }
}
