/**
 * Learning from labelled images: one forward and one backward pass per batch, whole or in parts
 * whose gradients add up.
 *
 * <p>It knows no other method; {@link longtail.method.priority} takes its steps with batches that
 * are drawn by priority.
 */
package longtail.method.supervised;
