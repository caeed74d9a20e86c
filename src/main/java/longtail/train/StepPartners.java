package longtail.train;

import java.nio.FloatBuffer;
import longtail.Collective;

/**
 * The workers that take the steps of the present round together with this one; they meet anew in
 * every round.
 */
final class StepPartners implements Collective {
  private final int workers;
  private Collective present = ALONE;

  /** One of {@code workers}. */
  StepPartners(int workers) {
    this.workers = workers;
  }

  /** Who is there in the round that begins. */
  void meet(Collective partners) {
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
