/**
 * What one vertex of a network computes, forward, backward and along a tangent, by the kernels of
 * {@link longtail.nn.kernel}: layers with parameters inside a flat vector, vertices without, and
 * how both look to Deeplearning4j. Knows no backbone, no head and no network.
 *
 * <p>Learning methods see of it what their words for a network are: {@link longtail.nn.layer.Mode},
 * {@link longtail.nn.layer.Role}, {@link longtail.nn.layer.Branch} and the mixing of samples.
 */
package longtail.nn.layer;
