package longtail.spark.prepare;

import java.io.IOException;
import longtail.dataset.Annotation;
import longtail.dataset.ImageCollection;
import longtail.dataset.format.CollectionImages;
import longtail.shard.DatasetPublisher;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/** The task that writes one shard of images that can be read in any order. */
final class ShardPreparation implements Function<ShardAssignment, ShardOutcome> {
  private static final long serialVersionUID = 1L;

  private final ImageCollection collection;
  private final SamplePreparation preparation;
  private final DatasetPublisher publisher;
  private final SerializableConfiguration configuration;

  ShardPreparation(
      ImageCollection collection,
      SamplePreparation preparation,
      DatasetPublisher publisher,
      Configuration conf) {
    this.collection = collection;
    this.preparation = preparation;
    this.publisher = publisher;
    this.configuration = new SerializableConfiguration(conf);
  }

  @Override
  public ShardOutcome call(ShardAssignment assignment) throws IOException {
    Configuration conf = configuration.value();
    try (CollectionImages source = CollectionImages.open(collection, conf);
        ShardFilling shard = ShardFilling.begin(publisher, assignment.shard(), conf)) {
      for (Annotation annotation : assignment.images()) {
        shard.add(preparation.prepare(annotation, () -> source.read(annotation)));
      }
      return shard.finish();
    }
  }
}
