package longtail.train.data;

import java.io.IOException;
import java.util.SplittableRandom;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.image.ImageSource;
import longtail.image.RgbImage;
import longtail.image.augment.Pipeline;

/** Images by row; safe for use by several threads. */
public interface ImageSupply extends AutoCloseable {
  /**
   * The image of {@code row}, decoded or not.
   *
   * @throws IOException with the reason, if it cannot be read
   */
  ImageSource source(int row) throws IOException;

  /** What messages call the image of {@code row}. */
  String name(int row);

  @Override
  void close();

  /**
   * All of the image of {@code row}.
   *
   * @throws LongTailException (DATA) naming the image that cannot be read
   */
  default RgbImage image(int row) {
    return read(row, ImageSource::whole);
  }

  /**
   * Writes what {@code pipeline} makes of the image of {@code row} to {@code out} from {@code
   * offset} on.
   *
   * @throws LongTailException (DATA) naming the image that cannot be read or does not fit
   */
  default void fill(int row, Pipeline pipeline, SplittableRandom random, float[] out, int offset) {
    read(
        row,
        source -> {
          pipeline.apply(source, random, out, offset);
          return out;
        });
  }

  /** What is made of an image. */
  interface Reading<T> {
    /** The result. */
    T of(ImageSource source) throws IOException;
  }

  private <T> T read(int row, Reading<T> reading) {
    try {
      ImageSource source = source(row); // whose own errors are of its shard, not of the image
      return named(row, source, reading);
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA,
          "cannot decode %s: %s; prepare the dataset again".formatted(name(row), e.getMessage()),
          e);
    }
  }

  private <T> T named(int row, ImageSource source, Reading<T> reading) throws IOException {
    try {
      return reading.of(source);
    } catch (LongTailException e) {
      throw new LongTailException(e.code(), "%s: %s".formatted(name(row), e.getMessage()), e);
    }
  }
}
