package longtail.spark.prepare;

import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.dataset.StorageException;

/**
 * How often a read is tried again when the storage fails, with a growing pause before each attempt.
 *
 * @param pauses one for each further attempt
 */
public record StorageRetries(List<Duration> pauses) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Long enough for a hiccup; what lasts longer is a failure. */
  public static final StorageRetries USUAL =
      new StorageRetries(
          List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4)));

  /** What reads something of a storage. */
  @FunctionalInterface
  public interface Read<T> {
    /** Reads it. */
    T read() throws IOException;
  }

  /**
   * What {@code read} gives.
   *
   * @throws IOException what {@code read} throws of the thing that it reads
   * @throws LongTailException (DATA) if the storage fails every time
   */
  public <T> T call(Read<T> read) throws IOException {
    for (Duration pause : pauses) {
      try {
        return read.read();
      } catch (StorageException failed) {
        sleep(pause, failed);
      }
    }
    try {
      return read.read();
    } catch (StorageException failed) {
      throw new LongTailException(
          ErrorCode.DATA,
          "%s, tried %d times. This is the storage and not the image: see to it (is it there on every machine, may it be read?)"
              .formatted(failed.getMessage(), pauses.size() + 1),
          failed);
    }
  }

  private static void sleep(Duration pause, StorageException reason) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new LongTailException(ErrorCode.DATA, reason.getMessage(), reason);
    }
  }
}
