package longtail.nn.kernel;

/** What a fused convolution does with its shifted result before it writes it. */
public enum Epilogue {
  /** Nothing. */
  NONE,
  /** {@code max(0, y)}. */
  RECTIFIER,
  /** {@code max(0, y + s)} with the numbers {@code s} that lie where the result goes. */
  SUM_AND_RECTIFIER
}
