package longtail.spark.prepare;

import java.io.IOException;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.CollectionImages;
import longtail.shard.DatasetPublisher;
import longtail.shard.Quarantined;
import longtail.shard.ShardWriter;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/** The task that writes one shard. */
final class ShardPreparation implements Function<ShardAssignment, ShardOutcome> {
  private static final long serialVersionUID = 1L;

  private final ImageCollection collection;
  private final int classes;
  private final ImagePreparation preparation;
  private final DatasetPublisher publisher;
  private final SerializableConfiguration configuration;
  private final LongAccumulator seen;
  private final LongAccumulator bad;

  ShardPreparation(
      ImageCollection collection,
      int classes,
      ImagePreparation preparation,
      DatasetPublisher publisher,
      Configuration conf,
      LongAccumulator seen,
      LongAccumulator bad) {
    this.collection = collection;
    this.classes = classes;
    this.preparation = preparation;
    this.publisher = publisher;
    this.configuration = new SerializableConfiguration(conf);
    this.seen = seen;
    this.bad = bad;
  }

  @Override
  public ShardOutcome call(ShardAssignment assignment) throws IOException {
    Configuration conf = configuration.value();
    int prepared = 0;
    int missized = 0;
    String example = "";
    try (CollectionImages source = CollectionImages.open(collection, conf);
        ShardWriter shard = publisher.shard(assignment.shard(), conf)) {
      for (Annotation annotation : assignment.images()) {
        ImagePreparation.Prepared image;
        try {
          checkLabel(annotation);
          image =
              preparation.prepare(
                  StorageRetries.USUAL.call(() -> source.read(annotation)), annotation.path());
        } catch (IOException unusable) {
          shard.quarantine(quarantined(annotation, unusable));
          bad.add(1);
          seen.add(1);
          continue;
        }
        shard.add(
            annotation.imageId(),
            annotation.label(),
            image.extension(),
            image.bytes(),
            image.height(),
            image.width());
        if (image.contradicts(annotation)) {
          missized++;
          example = missized == 1 ? describe(annotation, image) : example;
        }
        prepared++;
        seen.add(1);
      }
      shard.finish();
    }
    return new ShardOutcome(assignment.shard(), prepared, missized, example);
  }

  private void checkLabel(Annotation annotation) throws IOException {
    if (annotation.label() < 0 || annotation.label() >= classes) {
      throw new IOException(
          "the class must be in [0, %d), was %d".formatted(classes, annotation.label()));
    }
  }

  private static Quarantined quarantined(Annotation annotation, IOException reason) {
    String message = reason.getMessage() == null ? reason.toString() : reason.getMessage();
    return new Quarantined(annotation.imageId(), annotation.path(), annotation.label(), message);
  }

  private static String describe(Annotation annotation, ImagePreparation.Prepared image) {
    return "%s is %d x %d, annotated as %d x %d"
        .formatted(
            annotation.path(),
            image.sourceWidth(),
            image.sourceHeight(),
            annotation.width(),
            annotation.height());
  }
}
