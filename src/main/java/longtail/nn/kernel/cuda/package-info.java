/**
 * Our own CUDA source, and what compiles and runs it.
 *
 * <p>Nothing of this room has run on a GPU yet. The source runs in the tests, compiled for the
 * processor, through the same calls; it compiles for GPUs from Turing to Blackwell.
 *
 * <p>A device sees addresses, numbers and the names of kernels; networks do not appear here.
 */
package longtail.nn.kernel.cuda;
