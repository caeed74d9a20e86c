package longtail.spark.prepare;

import java.io.IOException;
import java.util.List;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.CollectionImages;
import longtail.shard.DatasetPublisher;
import longtail.shard.Quarantined;
import longtail.spark.job.FinishedShards;
import org.apache.hadoop.conf.Configuration;

/**
 * Tries the quarantined images of a finished shard again: if one of them has been mended meanwhile,
 * the shard is written anew.
 */
final class QuarantineCheck implements FinishedShards.Worth {
  private static final long serialVersionUID = 1L;

  private final ImageCollection collection;
  private final ImagePreparation preparation;
  private final DatasetPublisher publisher;

  QuarantineCheck(ImageCollection collection, PrepareOptions options, DatasetPublisher publisher) {
    this.collection = collection;
    this.preparation = new ImagePreparation(options);
    this.publisher = publisher;
  }

  @Override
  public boolean keep(int shard, Configuration conf) throws IOException {
    List<Quarantined> bad = publisher.quarantined(shard, conf);
    if (bad.isEmpty()) {
      return true;
    }
    try (CollectionImages images = CollectionImages.open(collection, conf)) {
      for (Quarantined each : bad) {
        if (isMended(each, images)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean isMended(Quarantined bad, CollectionImages images) {
    Annotation annotation = new Annotation(bad.imageId(), bad.path(), bad.label(), 0, 0);
    try {
      preparation.prepare(
          StorageRetries.USUAL.call(() -> images.read(annotation)), annotation.path());
      return true;
    } catch (IOException stillBad) {
      return false;
    }
  }
}
