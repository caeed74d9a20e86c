package longtail.spark.prepare;

import java.io.Serializable;

/**
 * What became of one shard.
 *
 * @param shard number of the shard
 * @param prepared images that were written
 * @param missized images whose size is not the one that their annotation states
 * @param example one of these in words; empty if there is none
 */
public record ShardOutcome(int shard, int prepared, int missized, String example)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
