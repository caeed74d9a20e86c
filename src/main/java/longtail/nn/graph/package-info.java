/**
 * An architecture as Deeplearning4j's graph: built from a backbone and a head, saved and read back,
 * and walked as a list of steps with the layout of their parameters. Runs nothing: that is the
 * business of {@link longtail.nn}.
 */
package longtail.nn.graph;
