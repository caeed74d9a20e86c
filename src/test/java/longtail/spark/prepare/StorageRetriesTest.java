package longtail.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.StorageException;
import org.junit.jupiter.api.Test;

class StorageRetriesTest {
  private static final StorageRetries THREE =
      new StorageRetries(List.of(Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(2)));

  private final AtomicInteger attempts = new AtomicInteger();

  @Test
  void aReadSucceedsOnceTheStorageIsBack() throws IOException {
    String read =
        THREE.call(
            () -> {
              if (attempts.incrementAndGet() < 4) {
                throw new StorageException("timed out", null);
              }
              return "image";
            });

    assertThat(read).isEqualTo("image");
    assertThat(attempts).hasValue(4);
  }

  @Test
  void aStorageThatStaysAwayIsAnErrorThatSaysSo() {
    assertThatThrownBy(() -> THREE.call(this::away))
        .isInstanceOfSatisfying(
            LongTailException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA))
        .hasMessageContaining("timed out, tried 4 times")
        .hasMessageContaining("the storage and not the image");
    assertThat(attempts).hasValue(4);
  }

  @Test
  void whatIsWrongWithTheImageIsNotTriedAgain() {
    assertThatThrownBy(
            () ->
                THREE.call(
                    () -> {
                      attempts.incrementAndGet();
                      throw new IOException("truncated");
                    }))
        .isExactlyInstanceOf(IOException.class);
    assertThat(attempts).hasValue(1);
  }

  @Test
  void anInterruptedTaskWaitsNoLonger() {
    StorageRetries patient = new StorageRetries(List.of(Duration.ofHours(1)));
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> patient.call(this::away)).isInstanceOf(LongTailException.class);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(attempts).hasValue(1);
  }

  private String away() throws IOException {
    attempts.incrementAndGet();
    throw new StorageException("timed out", null);
  }
}
