package longtail.train;

import java.io.Serializable;
import java.util.List;
import longtail.method.Contribution;

/**
 * The mean over all workers of one share of their results.
 *
 * @param slice which share, counted from 0
 * @param of number of shares
 * @param parameters mean parameters
 * @param optimizer mean optimiser state
 * @param methods what the method of every worker brings back, in their order; with share 0 only
 * @param counters sums over the workers; equal in every share
 */
public record MergedSlice(
    int slice,
    int of,
    FlatVector parameters,
    FlatVector optimizer,
    List<Contribution> methods,
    Counters counters)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
