package longtail.train;

import java.nio.FloatBuffer;
import longtail.Collective;

/**
 * Sums over the workers that take each step together. A learner keeps it for the whole stage; the
 * connections under it are those of the present round.
 */
final class StepCollective implements Collective {
  private final int workers;
  private Collective present = ALONE;

  /** One of {@code workers}. */
  StepCollective(int workers) {
    this.workers = workers;
  }

  /** Takes the steps of the round that begins with {@code partners}. */
  void use(Collective partners) {
    if (partners.workers() != workers) {
      throw new IllegalArgumentException(
          "%d workers take the steps of this run together, %d came"
              .formatted(workers, partners.workers()));
    }
    present = partners;
  }

  @Override
  public int workers() {
    return workers;
  }

  @Override
  public void sum(double[] values) {
    present.sum(values);
  }

  @Override
  public void sum(FloatBuffer values) {
    present.sum(values);
  }

  @Override
  public Pending begin(FloatBuffer values) {
    return present.begin(values);
  }
}
