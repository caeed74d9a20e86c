/**
 * Readers of the annotation formats and of the images that they name.
 *
 * <p>Others see {@link longtail.dataset.format.Annotations} and {@link
 * longtail.dataset.format.CollectionImages}, and get what {@code longtail.dataset} defines. Reads
 * files through Hadoop's {@code FileSystem}; decodes no image, knows neither Spark nor ND4J.
 */
package longtail.dataset.format;
