/**
 * The Spark context of the commands and the messages that all jobs may send; each job has a room of
 * its own within.
 */
package longtail.spark;
