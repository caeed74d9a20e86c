package longtail.spark.prepare;

import java.io.Closeable;
import java.io.IOException;
import longtail.dataset.Annotation;
import longtail.shard.DatasetPublisher;
import longtail.shard.Quarantined;
import longtail.shard.ShardWriter;
import org.apache.hadoop.conf.Configuration;

/** A shard while prepared images are written to it, in their order. */
final class ShardFilling implements Closeable {
  private final int number;
  private final ShardWriter shard;
  private int prepared;
  private int missized;
  private String example = "";

  private ShardFilling(int number, ShardWriter shard) {
    this.number = number;
    this.shard = shard;
  }

  static ShardFilling begin(DatasetPublisher publisher, int shard, Configuration conf)
      throws IOException {
    return new ShardFilling(shard, publisher.shard(shard, conf));
  }

  /** Appends an image, or puts it in quarantine. */
  void add(PreparedSample sample) throws IOException {
    Annotation annotation = sample.annotation();
    PreparedImage image = sample.image();
    if (image == null) {
      shard.quarantine(
          new Quarantined(
              annotation.imageId(), annotation.path(), annotation.label(), sample.reason()));
      return;
    }
    shard.add(
        annotation.imageId(),
        annotation.label(),
        image.extension(),
        image.bytes(),
        image.height(),
        image.width());
    prepared++;
    if (image.contradicts(annotation)) {
      missized++;
      example = missized == 1 ? describe(annotation, image) : example;
    }
  }

  private static String describe(Annotation annotation, PreparedImage image) {
    return "%s is %d x %d, annotated as %d x %d"
        .formatted(
            annotation.path(),
            image.sourceWidth(),
            image.sourceHeight(),
            annotation.width(),
            annotation.height());
  }

  /** Completes the shard. */
  ShardOutcome finish() throws IOException {
    shard.finish();
    return new ShardOutcome(number, prepared, missized, example);
  }

  /** Drops the shard unless it is finished. */
  @Override
  public void close() throws IOException {
    shard.close();
  }
}
