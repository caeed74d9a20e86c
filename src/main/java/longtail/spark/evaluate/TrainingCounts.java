package longtail.spark.evaluate;

import java.util.List;
import longtail.dataset.ClassCounts;
import longtail.shard.ShardedDataset;
import org.apache.hadoop.conf.Configuration;

/** Training images of each class, for a model that may number its classes in another way. */
@FunctionalInterface
public interface TrainingCounts {
  /**
   * The counts, {@code [classNames]}.
   *
   * @throws longtail.LongTailException (CONFIG) if they are of other classes
   */
  ClassCounts under(List<String> classNames);

  /** Counts of the very classes of the model, in their order. */
  static TrainingCounts of(ClassCounts counts) {
    return classNames -> counts;
  }

  /** The counts of the prepared dataset {@code directory}, whose classes are found by name. */
  static TrainingCounts of(String directory, Configuration conf) {
    ShardedDataset set = ShardedDataset.open(directory, conf);
    return classNames -> set.underClasses(classNames, "the model").counts();
  }
}
