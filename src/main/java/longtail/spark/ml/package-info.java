/**
 * Spark ML's side of the project: an estimator that trains on a DataFrame of images, and a
 * transformer that predicts. Knows preparation, training and prediction, and joins them; knows
 * nothing of their insides.
 */
package longtail.spark.ml;
