package longtail.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import longtail.method.Contribution;

/**
 * One reducer's share of a {@link WorkerResult}.
 *
 * @param worker index of the worker it comes from
 * @param slice which share, counted from 0
 * @param of number of shares
 * @param parameters the share's parameters
 * @param optimizer the share's optimiser state
 * @param method what the method brings back; it travels with share 0 only
 * @param counters what the worker counted
 */
public record ResultSlice(
    int worker,
    int slice,
    int of,
    FlatVector parameters,
    FlatVector optimizer,
    byte[] method,
    Counters counters)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * The example-weighted mean of the same share of every worker, whatever their order. A worker
   * without examples has no weight; if no worker has any, all count equally.
   */
  public static MergedSlice merge(Collection<ResultSlice> ofAllWorkers) {
    List<ResultSlice> inOrder = new ArrayList<>(ofAllWorkers);
    inOrder.sort(Comparator.comparingInt(ResultSlice::worker));
    ResultSlice first = inOrder.get(0);
    long examples = inOrder.stream().mapToLong(s -> s.counters.examples()).sum();
    double[] weights = new double[inOrder.size()];
    Counters counters = Counters.NONE;
    List<Contribution> methods = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      ResultSlice share = inOrder.get(i);
      share.requireFits(first);
      // a single contributor has the weight 1, which leaves its numbers as they are
      weights[i] =
          examples == 0 ? 1.0 / weights.length : (double) share.counters.examples() / examples;
      counters = counters.plus(share.counters);
      methods.add(new Contribution(share.method, share.counters.examples()));
    }
    return new MergedSlice(
        first.slice,
        first.of,
        FlatVector.sum(weights, inOrder.stream().map(ResultSlice::parameters).toList()),
        FlatVector.sum(weights, inOrder.stream().map(ResultSlice::optimizer).toList()),
        first.slice == 0 ? methods : List.of(),
        counters);
  }

  private void requireFits(ResultSlice first) {
    if (slice != first.slice
        || of != first.of
        || parameters.length() != first.parameters.length()
        || optimizer.length() != first.optimizer.length()) {
      throw new IllegalArgumentException(
          "slice %d of %d (%s) of worker %d must match slice %d of %d (%s) of worker %d"
              .formatted(
                  slice,
                  of,
                  parameters,
                  worker,
                  first.slice,
                  first.of,
                  first.parameters,
                  first.worker));
    }
  }
}
