package longtail.spark;

import longtail.train.WorkerResult;
import org.deeplearning4j.spark.api.TrainingResult;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;

/** What one worker of {@link LongTailTrainingMaster} brings back from a round. */
record GraphTrainingResult(WorkerResult result) implements TrainingResult {
  @Override
  public void setStats(SparkTrainingStats stats) {
    if (stats != null) {
      throw LongTailTrainingMaster.unsupported("training statistics", "a listener");
    }
  }
}
