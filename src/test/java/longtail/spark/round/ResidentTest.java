package longtail.spark.round;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import longtail.LongTailException;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.Test;

class ResidentTest {
  private final Resident.Key key = new Resident.Key(UUID.randomUUID().toString(), "test", 3);

  @Test
  void aFailureIsThatOfTheWorkerAndTheNextCallMakesAnother() {
    assertThatThrownBy(
            () ->
                Resident.call(
                    key,
                    () -> () -> {},
                    worker -> {
                      throw new IllegalStateException("a defect");
                    }))
        .isInstanceOf(LongTailException.class)
        .hasMessageContaining("worker 3 failed")
        .hasMessageContaining("a defect");
    assertThat(Resident.count(key.run())).isZero();
    assertThat(Resident.<AutoCloseable, Integer>call(key, () -> () -> {}, worker -> 5))
        .isEqualTo(5);
    Resident.dismissAll(key.run());
  }

  @Test
  void aBrokenJavaMachineEndsItsExecutorAndNotTheDriver() {
    assertThat(Resident.endsTheExecutor(new OutOfMemoryError("Java heap space"), "7")).isTrue();
    assertThat(Resident.endsTheExecutor(new StackOverflowError(), "7")).isTrue();
    assertThat(Resident.endsTheExecutor(new OutOfMemoryError("Java heap space"), "driver"))
        .isFalse();
  }

  @Test
  void whatIsOnlyALimitOfNativeMemoryIsAnOrdinaryFailure() {
    assertThatThrownBy(() -> new BytePointer(1L << 50))
        .isInstanceOfSatisfying(
            OutOfMemoryError.class,
            error -> assertThat(Resident.endsTheExecutor(error, "7")).isFalse());
  }
}
