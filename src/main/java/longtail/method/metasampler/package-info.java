/**
 * Balanced Meta-Softmax with its meta sampler: the rates by which classes are drawn follow the
 * gradient of the loss on a meta batch after the step.
 *
 * <p>It holds the method, the bilevel step, the derivatives by the weights of samples in closed and
 * in forward-mode form, and the rates as state. It knows no other method, and draws no images: the
 * {@link longtail.sample samplers} do, by the rates that it says.
 */
package longtail.method.metasampler;
