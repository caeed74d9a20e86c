package longtail.spark.prepare;

import java.io.Serializable;
import longtail.dataset.Annotation;

/**
 * The images of one shard.
 *
 * @param shard number of the shard
 * @param images its images in their order
 */
@SuppressWarnings("ArrayRecordComponent") // a message, never compared
public record ShardAssignment(int shard, Annotation[] images) implements Serializable {
  private static final long serialVersionUID = 1L;
}
