/**
 * Foreign weights: the files that PyTorch and safetensors write, read without running anything in
 * them, and what in a {@link longtail.nn.Network} they are called. Knows what a network says of
 * itself, its layout and its parameters, and nothing of how it computes.
 */
package longtail.nn.weights;
