/**
 * What all Spark jobs share: failures as one line, progress, the GPU of a task, the log of a run.
 * Knows no particular job.
 */
package longtail.spark.job;
