package longtail.nn;

/** How the weight of a linear head starts. */
public enum HeadWeights {
  /** Uniform in {@code ±1/√width}. */
  UNIFORM,
  /** Normal with variance {@code 2/width}. */
  KAIMING
}
