/**
 * A classifier whose features are drawn to discriminative centroids of their classes, which are
 * learnt beside the network.
 *
 * <p>It holds the method, its steps, and the centroids as state. It knows no other method.
 */
package longtail.method.centroids;
