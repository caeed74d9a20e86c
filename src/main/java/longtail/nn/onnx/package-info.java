/**
 * Networks as ONNX files for other runtimes: the steps of an evaluated network as ONNX operators.
 * Knows every layer that a network is made of, and runs none.
 */
package longtail.nn.onnx;
