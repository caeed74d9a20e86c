package longtail.sample;

/**
 * Deals the draws of an epoch to the shards, so that every prefix of the epoch is shared as the
 * shards' weights demand, to less than one draw.
 *
 * <p>Draw by draw, the shard with the earliest deadline gets the next one, among those that are not
 * ahead of their share. A shard of share {@code p} is due its {@code j}-th draw (from 1) after
 * {@code (j - 1) / p} and by {@code j / p} draws of all; serving deadlines in order always succeeds
 * (R. Tijdeman, "The chairman assignment problem", Discrete Mathematics 32, 1980). A
 * largest-remainder rule per step, in contrast, may drift by more than one.
 */
final class Apportionment {
  private final double[] weights;
  private final double total;
  private final int[] dealt;
  private final double[] due;
  private int draws;

  /** Nothing dealt yet; {@code weights} at least 0 with a positive sum. */
  Apportionment(double... weights) {
    this.weights = weights.clone();
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    total = sum;
    dealt = new int[weights.length];
    due = new double[weights.length];
    for (int s = 0; s < weights.length; s++) {
      due[s] = total / weights[s];
    }
  }

  /** Deals draws until {@code draws} are dealt in all, and says how many each shard then has. */
  int[] dealUpTo(int draws) {
    while (this.draws < draws) {
      deal();
    }
    return dealt.clone();
  }

  private void deal() {
    int chosen = -1;
    for (int s = 0; s < weights.length; s++) {
      boolean behind = dealt[s] * total / weights[s] < draws + 1;
      if (behind && (chosen < 0 || due[s] < due[chosen])) {
        chosen = s;
      }
    }
    dealt[chosen]++;
    due[chosen] = (dealt[chosen] + 1) * total / weights[chosen];
    draws++;
  }
}
