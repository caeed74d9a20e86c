package longtail.spark.round;

import java.util.Map;
import java.util.Optional;

/**
 * A finished training run.
 *
 * @param latest directory of the last checkpoint
 * @param best directory of the checkpoint with the best validation metric, if there was a
 *     validation set
 * @param iteration steps done
 * @param workers number of workers
 * @param metrics figures of the last evaluation by their keys; empty without one
 * @param imagesPerSecond images that were learned from, over the time of the rounds; 0 when nothing
 *     was left to do
 */
public record TrainResult(
    String latest,
    Optional<String> best,
    long iteration,
    int workers,
    Map<String, Double> metrics,
    double imagesPerSecond) {}
