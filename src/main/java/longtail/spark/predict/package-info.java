/**
 * The job that says what a model sees on images without labels. Knows models and where images may
 * lie, not how training goes.
 */
package longtail.spark.predict;
