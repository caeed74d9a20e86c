package longtail.spark.job;

import java.io.IOException;

/**
 * One image out of many, whose failure must not be that of all: whatever a decoder throws becomes
 * an {@link IOException} with the reason.
 */
public final class ImageAttempt {
  private ImageAttempt() {}

  /** What is done with an image. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run() throws IOException;
  }

  /**
   * Does {@code work}; where the memory does not suffice once more, with no other such image of
   * this process beside it.
   *
   * @param what the image cannot be, in the message, such as {@code prepared}
   * @throws IOException with the reason
   */
  public static <T> T of(String what, Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (OutOfMemoryError tooLarge) {
      return alone(what, work);
    } catch (RuntimeException | StackOverflowError failed) {
      throw new IOException("it cannot be %s: %s".formatted(what, failed), failed);
    }
  }

  private static <T> T alone(String what, Work<T> work) throws IOException {
    synchronized (ImageAttempt.class) {
      try {
        return work.run();
      } catch (OutOfMemoryError tooLarge) {
        throw new IOException(
            "there is not enough memory for it; give the executors more, or lower --max-pixels",
            tooLarge);
      } catch (RuntimeException | StackOverflowError failed) {
        throw new IOException("it cannot be %s: %s".formatted(what, failed), failed);
      }
    }
  }
}
