/**
 * Mixed samples: batches in, mixed images and labels with two classes out. It knows networks and
 * losses, and neither methods nor where batches come from.
 */
package longtail.mix;
