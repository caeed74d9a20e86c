/**
 * The loop of one worker: a step after the other, and the averaging with all others after each
 * round. The experiment, the input pipeline and the state of a run have rooms of their own within.
 * Knows no Spark.
 */
package longtail.train;
