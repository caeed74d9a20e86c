package longtail.spark.dl4j;

import java.io.Serializable;
import longtail.train.Counters;
import longtail.train.checkpoint.FlatVector;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;

/**
 * What one worker of {@link LongTailTrainingMaster} brings back from a round, or a slice of it, or
 * of the mean over all.
 *
 * @param index of the worker, or of the slice
 * @param parameters of the graph
 * @param updater state of the graph's updater
 * @param counters what was counted; the examples are the weight
 */
public record GraphTrainingResult(
    int index, FlatVector parameters, FlatVector updater, Counters counters)
    implements TrainingResult, Serializable {
  private static final long serialVersionUID = 1L;

  /** Slice {@code k} of {@code of} nearly equal ones. */
  GraphTrainingResult slice(int k, int of) {
    return new GraphTrainingResult(
        index, slice(parameters, k, of), slice(updater, k, of), counters);
  }

  private static FlatVector slice(FlatVector vector, int k, int of) {
    long length = vector.length();
    return vector.range((int) (length * k / of), (int) (length * (k + 1) / of));
  }

  @Override
  public void setStats(SparkTrainingStats stats) {
    if (stats != null) {
      throw LongTailTrainingMaster.unsupported("training statistics", "a listener");
    }
  }
}
