/**
 * Checkpoints written by PyTorch: tensors by name, and nothing else that a pickle may hold. Knows
 * no networks.
 */
package longtail.nn.torch;
