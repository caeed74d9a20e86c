package longtail.golden;

/** Computes the outputs of some golden cases and compares them. */
public interface GoldenCheck {

  /**
   * Whether this check computes {@code golden}; decided by seed, name pattern and parameters, so
   * that it also holds for further cases of the same kind.
   */
  boolean claims(GoldenCase golden);

  /** Computes the case and calls {@code golden.check} for every output. */
  void run(GoldenCase golden) throws Exception;
}
