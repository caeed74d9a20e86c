package longtail.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.junit.jupiter.api.Test;

class ClassMappingTest {
  private static final List<String> KNOWN = List.of("ant", "bee", "cat");

  @Test
  void theNameIsTheIdentityOfAClass() {
    assertThat(map(List.of("bee", "cat", "ant"), KNOWN, 0, 1, 2, 0)).containsExactly(1, 2, 0, 1);
    assertThat(map(List.of("ant", "cat"), KNOWN, 0, 1)).containsExactly(0, 2);
    assertThat(map(KNOWN, KNOWN, 2, 1, 0)).containsExactly(2, 1, 0);
  }

  @Test
  void classesOfOtherNamesAreRefusedIfTheyHaveImages() {
    List<String> other = List.of("bee", "cat", "dog");

    assertThat(map(other, KNOWN, 0, 1)).containsExactly(1, 2);
    assertThatThrownBy(() -> map(other, KNOWN, 0, 2, 2))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageStartingWith("the test set has images of 1 class")
        .hasMessageContaining("not among the 3 of the model: 'dog' (2 images)")
        .hasMessageContaining("--classes-from");
    assertThatThrownBy(() -> map(List.of("v", "w", "x", "y", "z"), KNOWN, 0, 1, 2, 3, 4))
        .hasMessageContaining("'v' (1 image), 'w' (1 image), 'x' (1 image) and 2 more");
    assertThatThrownBy(() -> map(List.of("Ant"), KNOWN, 0)).hasMessageContaining("'Ant'");
  }

  @Test
  void numbersCountWhereOneSideHasNoNames() {
    assertThat(map(ClassMapping.numbers(3), KNOWN, 2, 0)).containsExactly(2, 0);
    assertThat(map(ClassMapping.numbers(2), KNOWN, 1, 0)).containsExactly(1, 0);
    assertThat(map(KNOWN, ClassMapping.numbers(3), 1, 2)).containsExactly(1, 2);
    assertThat(map(ClassMapping.numbers(2), ClassMapping.numbers(9), 1)).containsExactly(1);
    assertThatThrownBy(() -> map(ClassMapping.numbers(4), KNOWN, 0, 3))
        .hasMessageContaining("'3' (1 image)");
  }

  @Test
  void someNamesAmongMoreNumbersMightBeAny() {
    assertThatThrownBy(() -> map(List.of("ant", "cat"), ClassMapping.numbers(3), 0, 1))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("2 classes with names")
        .hasMessageContaining("3 classes without")
        .hasMessageContaining("--classes");
  }

  @Test
  void foldersThatAreCalledByNumbersHaveNames() {
    List<String> sorted = List.of("0", "1", "10", "11", "2", "3");

    assertThat(map(List.of("0", "1", "2"), sorted, 0, 1, 2)).containsExactly(0, 1, 4);
    assertThat(map(List.of("0", "2", "3"), ClassMapping.numbers(4), 0, 1, 2))
        .containsExactly(0, 2, 3);
    assertThatThrownBy(() -> map(ClassMapping.numbers(2), List.of("1", "2"), 0))
        .hasMessageContaining("'0'");
  }

  @Test
  void aNameOfSeveralClassesIsNone() {
    assertThatThrownBy(() -> map(List.of("cat"), List.of("cat", "bee", "cat"), 0))
        .hasMessageContaining("stand for several of them: 'cat'");
    assertThatThrownBy(() -> map(List.of("cat", "cat"), KNOWN, 1))
        .hasMessageContaining("stand for several of them: 'cat'");
    assertThat(map(List.of("cat", "cat"), List.of("cat", "cat"), 1)).containsExactly(1);
  }

  @Test
  void outputsOfAnotherNetworkMustBeOfTheSameClassesInTheSameOrder() {
    assertThatCode(() -> requireSame(KNOWN)).doesNotThrowAnyException();
    assertThatCode(() -> requireSame(ClassMapping.numbers(3))).doesNotThrowAnyException();
    assertThatThrownBy(() -> requireSame(List.of("ant", "cat", "bee")))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG))
        .hasMessageContaining("class 1 is 'cat' for the teacher and 'bee' for the student");
    assertThatThrownBy(() -> requireSame(List.of("ant", "bee")))
        .hasMessageContaining("the teacher has 2 classes, the student has 3")
        .hasMessageContaining("'cat'");
  }

  private static void requireSame(List<String> names) {
    ClassMapping.requireSame(names, "the teacher", KNOWN, "the student");
  }

  private static int[] map(List<String> names, List<String> known, int... labels) {
    int[] before = labels.clone();
    int[] mapped = ClassMapping.of(names, known).apply(labels, "the test set", "the model");
    assertThat(labels).as("the labels given").isEqualTo(before);
    return Arrays.copyOf(mapped, mapped.length);
  }
}
