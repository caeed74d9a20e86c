/**
 * The job that turns an annotated image collection into a prepared dataset. Knows neither networks
 * nor training.
 */
package longtail.spark.prepare;
