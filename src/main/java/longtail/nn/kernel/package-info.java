/**
 * The arithmetic of the layers: oneDNN on the CPU, ND4J operations anywhere (CUDA, float64).
 *
 * <p>A kernel sees addresses, shapes and types.
 */
package longtail.nn.kernel;
