/**
 * The bilateral-branch network: one branch learns from images as they are, one from images of rare
 * classes, and their weight shifts over the epochs.
 *
 * <p>It knows no other method; the network with two branches is in {@link longtail.nn}.
 */
package longtail.method.bbn;
