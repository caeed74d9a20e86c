package longtail;

/** What kind of failure a {@link LongTailException} reports, and the exit code of a command. */
public enum ErrorCode {
  /** The command line is wrong. */
  USAGE(2),
  /** An experiment file, a manifest or an option holds an invalid value. */
  CONFIG(2),
  /** Annotations, images, shards or checkpoints are missing, damaged or inconsistent. */
  DATA(3),
  /** Training could not go on. */
  TRAINING(4),
  /** The loss or a parameter became NaN or infinite. */
  DIVERGED(5);

  private final int exitCode;

  ErrorCode(int exitCode) {
    this.exitCode = exitCode;
  }

  /** Exit code of the process, 2 to 5. */
  public int exitCode() {
    return exitCode;
  }
}
