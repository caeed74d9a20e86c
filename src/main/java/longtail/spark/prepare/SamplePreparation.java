package longtail.spark.prepare;

import java.io.IOException;
import java.io.Serializable;
import longtail.dataset.Annotation;
import longtail.dataset.ImageContent;
import org.apache.spark.util.LongAccumulator;

/** Prepares images one by one and counts them. */
final class SamplePreparation implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int classes;
  private final ImagePreparation preparation;
  private final LongAccumulator seen;
  private final LongAccumulator bad;

  SamplePreparation(
      int classes, ImagePreparation preparation, LongAccumulator seen, LongAccumulator bad) {
    this.classes = classes;
    this.preparation = preparation;
    this.seen = seen;
    this.bad = bad;
  }

  /** Prepares the image that {@code content} reads. */
  PreparedSample prepare(Annotation annotation, StorageRetries.Read<ImageContent> content) {
    PreparedSample sample;
    try {
      checkLabel(annotation);
      ImageContent read = StorageRetries.USUAL.call(content);
      sample = PreparedSample.of(annotation, preparation.prepare(read, annotation.path()));
    } catch (IOException unusable) {
      sample = PreparedSample.unusable(annotation, unusable);
      bad.add(1);
    }
    seen.add(1);
    return sample;
  }

  private void checkLabel(Annotation annotation) throws IOException {
    if (annotation.label() < 0 || annotation.label() >= classes) {
      throw new IOException(
          "the class must be in [0, %d), was %d".formatted(classes, annotation.label()));
    }
  }
}
