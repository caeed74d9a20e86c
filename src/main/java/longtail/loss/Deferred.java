package longtail.loss;

import longtail.config.Default;
import longtail.dataset.ClassCounts;

/**
 * Deferred re-weighting (Cao et al., "Learning Imbalanced Datasets with Label-Distribution-Aware
 * Margin Loss", 2019): the features are learned with the plain form of a loss, and classes are
 * treated by their numbers of images only in the last epochs of the stage.
 *
 * @param startEpoch epochs of the stage before the re-weighting begins, not negative
 * @param loss what is re-weighted; its plain form is {@link Reweighting#early}
 * @param timing whether LDAM begins one epoch early, as in the published runs
 */
public record Deferred(int startEpoch, Reweighting loss, @Default("published") Timing timing)
    implements Loss {

  /** When the re-weighting begins. */
  public enum Timing {
    /** As the published runs did it: LDAM one epoch before {@code start-epoch}. */
    PUBLISHED,
    /** Every loss after {@code start-epoch} epochs. */
    INTENDED
  }

  /** Checks that something is deferred. */
  public Deferred {
    if (startEpoch < 0) {
      throw new IllegalArgumentException("start-epoch must not be negative, was " + startEpoch);
    }
    if (loss.early().equals(loss)) {
      throw new IllegalArgumentException(
          "loss must re-weight classes, was " + loss + "; choose its weights");
    }
  }

  /** The first epoch of the stage, counted from 0, that is re-weighted. */
  int firstEpoch() {
    return timing == Timing.PUBLISHED ? Math.max(0, startEpoch - loss.publishedLead()) : startEpoch;
  }

  @Override
  public LossFunction bind(ClassCounts counts) {
    return bind(counts, 0);
  }

  @Override
  public LossFunction bind(ClassCounts counts, long seed) {
    return new Switch(loss.early().bind(counts, seed), loss.bind(counts, seed), firstEpoch());
  }

  private static final class Switch implements LossFunction {
    private final LossFunction early;
    private final LossFunction late;
    private final int firstEpoch;
    private LossFunction current;

    Switch(LossFunction early, LossFunction late, int firstEpoch) {
      this.early = early;
      this.late = late;
      this.firstEpoch = firstEpoch;
      epoch(0);
    }

    @Override
    public void epoch(int epoch) {
      current = epoch < firstEpoch ? early : late;
      current.epoch(epoch);
    }

    @Override
    public LossValue evaluate(LossBatch batch) {
      return current.evaluate(batch);
    }
  }
}
