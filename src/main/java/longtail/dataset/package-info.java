/**
 * Annotated image collections: what an annotation says, manifests, class counts, long-tail profiles
 * and split makers; how annotations are written down is the business of {@code
 * longtail.dataset.format}.
 *
 * <p>Reads through {@code longtail.storage}; knows no annotation format, neither Spark nor ND4J.
 */
package longtail.dataset;
