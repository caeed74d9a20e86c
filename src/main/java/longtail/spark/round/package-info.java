/**
 * Training as a Spark job: segments of many rounds, in which workers that stay in the executors
 * average among themselves; where they are placed, what they score between segments, and the
 * driver's part of a run. Knows the loop of a worker, not what a method does in it.
 */
package longtail.spark.round;
