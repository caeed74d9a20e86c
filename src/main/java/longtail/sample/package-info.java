/**
 * Which image comes next: samplers and their deterministic streams, one per shard, independent of
 * the number of workers.
 *
 * <p>Knows {@code longtail.dataset}; no files, no Spark, no ND4J.
 */
package longtail.sample;
