/**
 * NVIDIA's libraries: driver, compiler at run time and cuDNN, by their bindings.
 *
 * <p>Nothing of this room has run on a GPU yet: what the tests run without one is the compilation
 * of our kernels, the refusals, and the descriptions of convolutions up to where cuDNN asks for a
 * device.
 *
 * <p>A build with ND4J on CUDA leaves this room out.
 */
package longtail.nn.kernel.cuda.driver;
