package longtail.spark.predict;

import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import longtail.LongTailException;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.image.codec.Orientation;
import longtail.image.codec.PixelLimit;
import longtail.spark.job.ImageAttempt;
import longtail.spark.prepare.StorageRetries;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.LongAccumulator;

/** Images as a network sees them: fetched, decoded, brought to its input, normalised. */
final class SeenImages implements Closeable {
  private final View view;
  private final ImageFetcher fetcher;

  /**
   * How images are read and seen.
   *
   * @param location where they lie
   * @param input of the model
   * @param orientation whether they are turned as their Exif note says
   * @param limit pixels that an image may have
   */
  record View(ImageLocation location, ModelInput input, Orientation orientation, PixelLimit limit)
      implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  private SeenImages(View view, ImageFetcher fetcher) {
    this.view = view;
    this.fetcher = fetcher;
  }

  /** The images at {@code view}; the caller closes them. */
  static SeenImages open(View view, Configuration conf) throws IOException {
    return new SeenImages(view, view.location().open(conf));
  }

  /**
   * Reads a batch.
   *
   * @param pixels takes the normalised pixels, {@code [images, height, width, 3]}; of one that
   *     cannot be read they stay zeros
   * @param seen counts the images
   * @return of each image why it cannot be read; empty if it can
   */
  String[] read(List<ImageReference> images, float[] pixels, LongAccumulator seen) {
    String[] errors = new String[images.size()];
    for (int i = 0; i < errors.length; i++) {
      errors[i] = "";
      try {
        read(images.get(i), pixels, i);
      } catch (IOException unreadable) {
        errors[i] =
            unreadable.getMessage() == null ? unreadable.toString() : unreadable.getMessage();
      }
      seen.add(1);
    }
    return errors;
  }

  /**
   * Reads the image {@code i} of a batch.
   *
   * @param pixels takes its normalised pixels, see above
   * @return what the network sees of it
   * @throws IOException with the reason, if it cannot be read
   */
  RgbImage read(ImageReference reference, float[] pixels, int i) throws IOException {
    return ImageAttempt.of(
        "read",
        () -> {
          byte[] encoded = fetched(reference);
          RgbImage image = ImageCodec.decode(encoded, view.orientation(), view.limit());
          return view.input().place(image, pixels, i);
        });
  }

  /** A storage that fails is tried again; what fails then is said of this image alone. */
  private byte[] fetched(ImageReference reference) throws IOException {
    try {
      return StorageRetries.USUAL.call(() -> fetcher.fetch(reference));
    } catch (LongTailException failed) {
      throw new IOException(failed.getMessage(), failed);
    }
  }

  @Override
  public void close() throws IOException {
    fetcher.close();
  }
}
