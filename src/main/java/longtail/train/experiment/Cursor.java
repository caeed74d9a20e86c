package longtail.train.experiment;

import java.io.Serializable;

/**
 * The next step to do: stage, epoch of the stage and step of the epoch, each counted from 0.
 *
 * <p>The cursor behind the last step of a run is {@code (stages, 0, 0)}.
 */
public record Cursor(int stage, int epoch, int step) implements Serializable, Comparable<Cursor> {
  private static final long serialVersionUID = 1L;

  /** Where a run begins. */
  public static final Cursor START = new Cursor(0, 0, 0);

  /** Refuses negative places. */
  public Cursor {
    if (stage < 0 || epoch < 0 || step < 0) {
      throw new IllegalArgumentException(
          "stage, epoch and step must be at least 0, were %d, %d, %d"
              .formatted(stage, epoch, step));
    }
  }

  /** Whether the next step is the first of its stage. */
  public boolean atStageStart() {
    return epoch == 0 && step == 0;
  }

  @Override
  public int compareTo(Cursor other) {
    int byStage = Integer.compare(stage, other.stage);
    int byEpoch = Integer.compare(epoch, other.epoch);
    return byStage != 0 ? byStage : byEpoch != 0 ? byEpoch : Integer.compare(step, other.step);
  }

  @Override
  public String toString() {
    return "stage " + stage + ", epoch " + epoch + ", step " + step;
  }
}
