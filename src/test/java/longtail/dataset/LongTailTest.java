package longtail.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LongTailTest {
  /** GLMC counts a class of exactly 20 images as few-shot. */
  private static final Shots SHOTS = new Shots(100, 21);

  static Stream<SubsetSelection> selections() {
    return Stream.of(
        new SubsetSelection.Seeded(1),
        new SubsetSelection.NumpyShuffle(1),
        new SubsetSelection.PythonShuffle(1));
  }

  /** A balanced set whose classes alternate. */
  private static AnnotatedSet balanced(int classes, int perClass) {
    List<Annotation> annotations =
        IntStream.range(0, classes * perClass)
            .mapToObj(i -> new Annotation("i" + i, i + ".png", i % classes, 0, 0))
            .toList();
    return new AnnotatedSet(
        annotations, IntStream.range(0, classes).mapToObj(Integer::toString).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "10, 10, 20431, 500",
    "10, 50, 13996, 100",
    "10, 100, 12406, 50",
    "10, 200, 11203, 25",
    "100, 10, 19573, 50",
    "100, 50, 12608, 10",
    "100, 100, 10847, 5",
    "100, 200, 9502, 2"
  })
  void cifarLtHasThePublishedCounts(int classes, double factor, int total, int smallest) {
    ClassCounts counts = LongTailProfile.exponential(factor).counts(50000.0 / classes, classes);

    assertThat(counts.total()).isEqualTo(total);
    assertThat(counts.max()).isEqualTo(50000 / classes);
    assertThat(counts.min()).isEqualTo(smallest);
    assertThat(counts.imbalanceFactor()).isEqualTo(50000.0 / classes / smallest);
  }

  @ParameterizedTest
  @CsvSource({"10, 69, 31, 0", "50, 41, 40, 19", "100, 35, 34, 31", "200, 30, 30, 40"})
  void cifar100LtHasThePublishedShots(double factor, int many, int medium, int few) {
    ClassCounts counts = LongTailProfile.exponential(factor).counts(500, 100);

    assertThat(counts.classesOf(Shots.Group.MANY, SHOTS)).isEqualTo(many);
    assertThat(counts.classesOf(Shots.Group.MEDIUM, SHOTS)).isEqualTo(medium);
    assertThat(counts.classesOf(Shots.Group.FEW, SHOTS)).isEqualTo(few);
  }

  @ParameterizedTest
  @CsvSource({
    "10, 10, 20391, 499",
    "10, 20, 16989, 249",
    "10, 50, 13967, 99",
    "10, 100, 12380, 49",
    "10, 200, 11177, 24",
    "100, 10, 19183, 49",
    "100, 20, 15594, 24",
    "100, 50, 12354, 9",
    "100, 100, 10626, 4",
    "100, 200, 9304, 2"
  })
  void withAMetaSetTheLargestClassKeepsWhatIsLeft(
      int classes, double factor, int total, int smallest) {
    AnnotatedSet all = balanced(classes, 50000 / classes);
    LongTail tail = tail(factor, 10, new SubsetSelection.Seeded(3));

    ClassCounts counts = tail.train(all).counts();

    assertThat(counts.total()).isEqualTo(total);
    assertThat(counts.max()).isEqualTo(50000 / classes - 10);
    assertThat(counts.min()).isEqualTo(smallest);
  }

  @Test
  void theStepProfileHalvesTheClasses() {
    assertThat(LongTailProfile.step(100).counts(5000, 10).toArray())
        .containsExactly(5000, 5000, 5000, 5000, 5000, 50, 50, 50, 50, 50);
    assertThat(LongTailProfile.step(10).counts(30, 5).toArray()).containsExactly(30, 30, 3, 3, 3);
  }

  @Test
  void aFactorOfOneKeepsEverything() {
    assertThat(LongTailProfile.exponential(1).counts(7, 3).toArray()).containsExactly(7, 7, 7);
    assertThat(LongTailProfile.exponential(4).counts(7, 1).toArray()).containsExactly(7);
  }

  @ParameterizedTest
  @CsvSource({"0.5", "0", "-1", "NaN"})
  void refusesAFactorBelowOne(double factor) {
    assertThatThrownBy(() -> LongTailProfile.exponential(factor))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be at least 1, was " + factor);
  }

  @ParameterizedTest
  @MethodSource("selections")
  void aSubsetHasTheWantedCountsAndNoImageTwice(SubsetSelection selection) {
    int[] labels = balanced(5, 40).labels();
    ClassCounts wanted = ClassCounts.of(40, 20, 7, 1, 0);

    int[] chosen = selection.select(labels, wanted);

    assertThat(ClassCounts.ofLabels(Arrays.stream(chosen).map(i -> labels[i]).toArray(), 5))
        .isEqualTo(wanted);
    assertThat(Arrays.stream(chosen).distinct().count()).isEqualTo(68);
    assertThat(selection.select(labels, wanted)).isEqualTo(chosen);
  }

  @ParameterizedTest
  @MethodSource("selections")
  void everyImageIsChosenEquallyOften(SubsetSelection kind) {
    int[] labels = balanced(2, 10).labels();
    int[] chosen = new int[20];
    for (int seed = 0; seed < 2000; seed++) {
      SubsetSelection selection =
          kind instanceof SubsetSelection.Seeded
              ? new SubsetSelection.Seeded(seed)
              : kind instanceof SubsetSelection.NumpyShuffle
                  ? new SubsetSelection.NumpyShuffle(seed)
                  : new SubsetSelection.PythonShuffle(seed);
      for (int i : selection.select(labels, ClassCounts.of(3, 3))) {
        chosen[i]++;
      }
    }

    // 600 expected, standard deviation 20
    assertThat(Arrays.stream(chosen).boxed()).allMatch(n -> n > 500 && n < 700);
  }

  @Test
  void aSmallClassGivesAllItHas() {
    int[] labels = {0, 1, 0, 0};

    assertThat(new SubsetSelection.Seeded(0).select(labels, ClassCounts.of(2, 5))).contains(1);
    assertThat(MetaSplit.of(labels, 2, 2, new SubsetSelection.Seeded(0).draws()).train())
        .hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("selections")
  void metaAndTrainingSetAreDisjointAndTogetherEverything(SubsetSelection selection) {
    int[] labels = balanced(5, 40).labels();

    MetaSplit split = MetaSplit.of(labels, 5, 3, selection.draws());

    assertThat(split.meta()).hasSize(15).isSorted();
    assertThat(split.train()).hasSize(185).isSorted();
    assertThat(IntStream.concat(Arrays.stream(split.meta()), Arrays.stream(split.train())).sorted())
        .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
  }

  @ParameterizedTest
  @MethodSource("selections")
  void noMetaImageIsTrainedOn(SubsetSelection selection) {
    AnnotatedSet all = balanced(4, 50);
    LongTail tail = tail(10, 5, selection);

    AnnotatedSet train = tail.train(all);
    AnnotatedSet meta = tail.meta(all);

    assertThat(meta.counts()).isEqualTo(ClassCounts.of(5, 5, 5, 5));
    assertThat(train.counts()).isEqualTo(LongTailProfile.exponential(10).counts(45, 4));
    assertThat(train.annotations()).doesNotContainAnyElementsOf(meta.annotations());
    assertThat(train.classNames()).isEqualTo(all.classNames());
  }

  private static LongTail tail(double factor, int metaPerClass, SubsetSelection selection) {
    return new LongTail(LongTail.Shape.EXPONENTIAL, factor, metaPerClass, selection, selection);
  }
}
