package longtail.nn.layer;

/** How the weights of convolutions start. */
public enum ConvolutionWeights {
  /** Normal with variance {@code 2 / (input channels of a group x window area)}. */
  FAN_IN,
  /** Normal with variance {@code 2 / (output channels x window area)}. */
  FAN_OUT,
  /** Uniform in {@code ±1/√fan-in}, the framework default of PyTorch. */
  UNIFORM
}
