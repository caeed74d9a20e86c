package longtail.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import longtail.dataset.ClassCounts;
import longtail.loss.ClassWeighting;
import longtail.loss.Ldam;
import longtail.method.Batch;
import longtail.method.Learner;
import longtail.method.LearningProblem;
import longtail.method.StepBatches;
import longtail.method.metasaug.AugmentationRatio;
import longtail.method.metasaug.CovarianceLearning;
import longtail.method.metasaug.Metasaug;
import longtail.nn.Network;
import longtail.nn.kernel.Profile;
import longtail.optim.Sgd;
import longtail.optim.UpdateRule;
import longtail.statistics.Covariance;
import longtail.train.experiment.Freeze;

/**
 * A network that takes meta iterations of MetaSAug on one resident batch with long-tailed labels
 * and one resident class-balanced meta batch of the same size: LDAM margins, weights by effective
 * numbers, full covariances, all parameters in the meta step. For the thread that made it.
 */
final class BenchmarkMetasaug implements AutoCloseable {
  private static final int HEAD_IMAGES = 500;
  private static final double IMBALANCE = 100;
  private static final int EPOCHS = 200;
  private static final int EPOCH = 180;
  private static final double RATE = 1e-3;

  private final Network network;
  private final Learner learner;
  private final StepBatches batches;
  private long iteration;

  BenchmarkMetasaug(Benchmark.Options options) {
    this(options, BenchmarkNetwork.network(options));
  }

  /** One whose kernels are timed into {@code profile}. */
  static BenchmarkMetasaug profiled(Benchmark.Options options, Profile profile) {
    Network network = BenchmarkNetwork.network(options);
    // before the learner makes its view
    network.profile(profile);
    return new BenchmarkMetasaug(options, network);
  }

  private BenchmarkMetasaug(Benchmark.Options options, Network network) {
    this.network = network;
    int classes = network.classes();
    ClassCounts counts = counts(classes);
    int[] rows = new int[options.batch()];
    int[] balanced = new int[options.batch()];
    Arrays.setAll(balanced, i -> i % classes);
    batches =
        new StepBatches(
            new Batch(
                BenchmarkNetwork.images(options, network.type(), 1),
                longTailed(counts, options.batch()),
                rows),
            List.of(
                new Batch(BenchmarkNetwork.images(options, network.type(), 2), balanced, rows)));
    CovarianceLearning learning =
        new CovarianceLearning(
            true, 1, 0.1, Optional.empty(), Optional.empty(), false, options.gradient());
    learner =
        new Metasaug(
                Covariance.FULL,
                0.75,
                new AugmentationRatio.Linear(0),
                0,
                false,
                Metasaug.Statistics.MERGED,
                learning)
            .learner(
                new LearningProblem(
                    network,
                    new Ldam(1, 0.5, new ClassWeighting.EffectiveNumber(0.9999)).bind(counts),
                    UpdateRule.of(new Sgd(RATE, 0.9, true, 5e-4)),
                    new Freeze.None().trainable(network.layout()),
                    counts,
                    EPOCHS,
                    0));
    learner.epoch(EPOCH);
  }

  /** From 500 images down to 5. */
  private static ClassCounts counts(int classes) {
    int[] counts = new int[classes];
    Arrays.setAll(
        counts, c -> (int) (HEAD_IMAGES * Math.pow(IMBALANCE, -c / Math.max(1.0, classes - 1.0))));
    return ClassCounts.of(counts);
  }

  /** The labels of images that lie at equal distances in the sorted training set. */
  private static int[] longTailed(ClassCounts counts, int batch) {
    int[] labels = new int[batch];
    int label = 0;
    double below = counts.count(0);
    for (int i = 0; i < batch; i++) {
      while (below <= (i + 0.5) / batch * counts.total()) {
        below += counts.count(++label);
      }
      labels[i] = label;
    }
    return labels;
  }

  /** One meta iteration. */
  void step() {
    learner.step(batches, RATE, iteration++);
  }

  @Override
  public void close() {
    learner.close();
    network.close();
  }
}
