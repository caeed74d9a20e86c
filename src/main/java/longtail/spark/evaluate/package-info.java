/**
 * The jobs that score a model, or outputs stored before, and the scorer that training uses as well.
 * Knows models and datasets, not how training goes.
 */
package longtail.spark.evaluate;
