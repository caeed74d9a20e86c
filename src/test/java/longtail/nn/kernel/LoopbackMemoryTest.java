package longtail.nn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A memory for tests that sees who reads or writes it past the boundary. */
class LoopbackMemoryTest {
  private static final LoopbackMemory MEMORY = LoopbackMemory.INSTANCE;

  private final INDArray numbers = Nd4j.createFromArray(1f, 2f, 3f, 4f, 5f, 6f);
  private INDArray array;

  @BeforeEach
  void upload() {
    array = MEMORY.allocate(DataType.FLOAT, 6);
    MEMORY.upload(numbers, array);
  }

  @AfterEach
  void free() {
    MEMORY.free(array);
  }

  @Test
  void whatGoesUpComesDown() {
    assertThat(MEMORY.host(array)).isEqualTo(numbers).isNotSameAs(array);
  }

  @Test
  void viewsAreOfTheMemoryToo() {
    INDArray view = array.get(NDArrayIndex.interval(2, 6)).reshape('c', 2, 2);
    assertThat(MEMORY.host(view)).isEqualTo(Nd4j.createFromArray(new float[][] {{3, 4}, {5, 6}}));
    MEMORY.change(view, host -> host.muli(10));
    assertThat(MEMORY.host(array)).isEqualTo(Nd4j.createFromArray(1f, 2f, 30f, 40f, 50f, 60f));
  }

  @Test
  void readingPastItGivesNotANumber() {
    assertThat(array.add(1).toDoubleVector()).containsOnly(Double.NaN);
  }

  @Test
  void writingPastItIsFound() {
    array.get(NDArrayIndex.interval(3, 4)).assign(0);
    assertThatThrownBy(MEMORY::requireUntouched)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("written by an operation of the host");
    assertThatThrownBy(() -> MEMORY.free(array)).isInstanceOf(AssertionError.class);
  }

  @Test
  void kernelsRefuseArraysOfTheHost() {
    Kernels kernels = new LoopbackProvider().of(DataType.FLOAT);
    assertThatThrownBy(() -> kernels.accumulate(array, numbers))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("given an array of the host");
    kernels.accumulate(array, array);
    assertThat(MEMORY.host(array)).isEqualTo(numbers.mul(2));
  }

  @Test
  void freshNumbersAreNotZero() {
    INDArray fresh = MEMORY.allocate(DataType.DOUBLE, 2);
    assertThat(MEMORY.host(fresh).toDoubleVector()).containsOnly(Double.NaN);
    MEMORY.free(fresh);
  }
}
