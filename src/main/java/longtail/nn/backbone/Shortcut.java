package longtail.nn.backbone;

/** How a residual block passes its input to its output where the shape changes. */
public enum Shortcut {
  /**
   * Without parameters: every second row and column, a quarter of the new channels as zeros before
   * and after the old ones.
   */
  A,
  /** A strided 1x1 convolution and a batch normalisation. */
  B
}
