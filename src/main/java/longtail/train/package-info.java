/**
 * The experiment file, stages, the loop of one worker, training state and checkpoints.
 *
 * <p>Knows no Spark.
 */
package longtail.train;
