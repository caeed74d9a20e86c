/**
 * The input pipeline of a worker: which images a step gets, decoded, transformed, normalised and
 * ready ahead of time. Knows the experiment, neither networks nor the state of a run.
 */
package longtail.train.data;
