/**
 * What a collection is before anything is trained on it: a job over all images. It knows how images
 * are prepared and read, and nothing of training.
 */
package longtail.spark.inspect;
