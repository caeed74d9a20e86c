package longtail.method.metasaug;

import java.util.List;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.Method;
import longtail.nn.head.GlmcHead;
import longtail.nn.head.Head;
import longtail.nn.head.LinearHead;
import longtail.sample.BatchStream;
import longtail.sample.InstanceSampler;
import longtail.statistics.ClassStatistics;
import longtail.statistics.Covariance;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Meta semantic augmentation (Li et al., "MetaSAug: Meta Semantic Augmentation for Long-Tailed
 * Visual Recognition", 2021): the stage's loss of logits that are augmented by the covariance of
 * each class's features, where every step first moves the covariances against the gradient of the
 * loss of a class-balanced meta batch after a pseudo step. Class weights and margins are those of
 * the stage's loss.
 *
 * @param covariance what is kept of each class's covariance
 * @param lambda ratio that the augmentation grows to, not negative
 * @param ratio how it grows; in the published code as {@code lambda * epoch / epochs}
 * @param startEpoch epochs of plain cross-entropy before it begins
 * @param persistCovariance whether what a step learned about covariances stays; in the published
 *     code it serves that one step and is forgotten
 * @param statistics whose images the class statistics are of
 * @param meta how the covariances are learned
 */
public record Metasaug(
    @Default("full") Covariance covariance,
    @Default("0.25") double lambda,
    @Default("linear") AugmentationRatio ratio,
    @Default("0") int startEpoch,
    @Default("false") boolean persistCovariance,
    @Default("merged") Statistics statistics,
    @Default("{}") CovarianceLearning meta)
    implements Method {
  /** Whose images class statistics are of. */
  public enum Statistics {
    /** All workers': pooled exactly between rounds, or in every step that workers take together. */
    MERGED,
    /**
     * Each worker's own, with what it learned about covariances, as in each process of the
     * published code. The run cannot go on with another number of workers.
     */
    LOCAL
  }

  /** Checks the ranges. */
  public Metasaug {
    Ranges.notNegative("lambda", lambda);
    if (startEpoch < 0) {
      throw new IllegalArgumentException("start-epoch must not be negative, was " + startEpoch);
    }
  }

  /** The state of a stage whose workers saw what {@code statistics} hold, and learned nothing. */
  public static byte[] knowing(ClassStatistics statistics) {
    return MetasaugState.beginning(statistics).toBytes();
  }

  /**
   * Strength of the augmentation in {@code epoch} of {@code epochs}, from 0; 0 before the start.
   */
  public double ratio(int epoch, int epochs) {
    return epoch < startEpoch ? 0 : ratio.of(lambda, epoch, epochs);
  }

  @Override
  public Learner learner(LearningProblem problem) {
    return new MetasaugLearner(this, problem);
  }

  @Override
  public void requireHead(Head head) {
    if (!(head instanceof LinearHead || head instanceof GlmcHead)) {
      throw new IllegalArgumentException(
          "model.head must be linear for the method metasaug, whose augmented logits need a linear function of the features, was "
              + head);
    }
  }

  @Override
  public void requireMaps(DataType maps) {
    if (maps == DataType.BFLOAT16
        && meta.enabled()
        && meta.gradient() == CovarianceLearning.Gradient.EXACT) {
      throw new IllegalArgumentException(
          "model.precision must be float32 for the exact meta-gradient of the method metasaug, was bfloat16; or set meta.enabled: false");
    }
  }

  @Override
  public List<BatchStream> streams() {
    return meta.enabled()
        ? List.of(
            new BatchStream(
                BatchStream.Source.META,
                new InstanceSampler(),
                meta.fixedBatch() ? BatchStream.Order.FIXED : BatchStream.Order.FRESH,
                meta.batchSize(),
                new BatchStream.Use(firstMetaEpoch(), meta.every())))
        : List.of();
  }

  /** At a ratio of 0 covariances have no gradient, so their learning is left out. */
  private int firstMetaEpoch() {
    return lambda > 0 ? Math.max(startEpoch, ratio.firstEpoch()) : Integer.MAX_VALUE;
  }

  @Override
  public byte[] share(byte[] state, int worker, int workers) {
    return switch (statistics) {
      case MERGED -> state;
      case LOCAL -> state.length == 0 ? state : WorkerStates.part(state, worker, workers);
    };
  }

  @Override
  public boolean ownStates() {
    return statistics == Statistics.LOCAL;
  }

  @Override
  public byte[] whole(List<byte[]> states) {
    return switch (statistics) {
      case MERGED -> states.get(0);
      case LOCAL -> WorkerStates.of(states);
    };
  }
}
