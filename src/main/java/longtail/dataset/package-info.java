/**
 * Annotated image collections: manifests, readers of every annotation format, class counts,
 * long-tail profiles and split makers.
 *
 * <p>Reads files through Hadoop's {@code FileSystem}; knows neither Spark nor ND4J.
 */
package longtail.dataset;
