package longtail.loss;

import longtail.Collective;
import longtail.config.Default;
import longtail.config.Ranges;
import longtail.dataset.ClassCounts;

/**
 * Distillation from a teacher's logits (He et al., "Distilling Virtual Examples for Long-tailed
 * Recognition", 2021): {@code alpha T^2 KL(b || softmax(z / T)) + (1 - alpha) base(z, y)}, mean
 * over the batch, where {@code b = softmax(power t / T)} are the teacher's probabilities at
 * temperature {@code T}, flattened by {@code power}. The teacher is not differentiated.
 *
 * @param alpha share of the teacher, in [0, 1]
 * @param temperature finite and positive
 * @param power exponent of the teacher's probabilities, finite and not negative; 1 leaves them
 * @param base loss against the labels
 */
public record Distillation(
    @Default("0.5") double alpha,
    @Default("3.0") double temperature,
    @Default("1.0") double power,
    @Default("balanced-softmax") Loss base) {

  /** Checks the ranges. */
  public Distillation {
    Ranges.share("alpha", alpha);
    Ranges.positive("temperature", temperature);
    Ranges.notNegative("power", power);
  }

  /** The loss for a training set, see {@link Loss#bind(ClassCounts, long)}. */
  public DistillationFunction bind(ClassCounts counts, long seed) {
    return bind(counts, seed, Collective.ALONE);
  }

  /** The same, on a worker that takes each step together with {@code workers}. */
  public DistillationFunction bind(ClassCounts counts, long seed, Collective workers) {
    LossFunction ofLabels = JointLoss.of(base.bind(counts, seed), workers);
    return new DistillationFunction(this, counts.classes(), ofLabels, workers);
  }
}
