/**
 * The prepared dataset on disk: WebDataset-compatible tar shards, a Parquet table of samples and an
 * index.
 *
 * <p>Knows {@code longtail.dataset} and {@code longtail.storage}; no Spark, no ND4J.
 */
package longtail.shard;
