/**
 * Measures how fast the other rooms are: training and inference on a resident batch, decoding and
 * augmentation, training through Spark. Nothing but the command {@code benchmark} knows it.
 */
package longtail.bench;
