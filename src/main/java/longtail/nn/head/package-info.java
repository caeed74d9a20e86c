/**
 * Heads as an experiment file names them, and the layers between features and logits that they are
 * made of. Knows the layers in general and no backbone.
 */
package longtail.nn.head;
