/**
 * The state of a run between two rounds and how it is saved, found and read again. Knows the
 * experiment, not how a step is made.
 */
package longtail.train.checkpoint;
