/**
 * A {@code TrainingMaster} of Deeplearning4j's Spark module over our averaging, for graphs of its
 * users. Nothing else knows it.
 */
package longtail.spark.dl4j;
