package longtail.train;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import longtail.method.Contribution;

/**
 * The results of all workers of a round, merged.
 *
 * @param parameters example-weighted mean of the parameters
 * @param optimizer example-weighted mean of the optimiser's state
 * @param methods what the method of every worker brings back, in the order of the workers
 * @param counters sums over the workers
 */
public record MergedResult(
    FlatVector parameters, FlatVector optimizer, List<Contribution> methods, Counters counters) {
  /** Puts all shares of a round together, whatever their order. */
  public static MergedResult of(Collection<MergedSlice> slices) {
    List<MergedSlice> inOrder = new ArrayList<>(slices);
    inOrder.sort(Comparator.comparingInt(MergedSlice::slice));
    for (int k = 0; k < inOrder.size(); k++) {
      MergedSlice slice = inOrder.get(k);
      if (slice.slice() != k || slice.of() != inOrder.size()) {
        throw new IllegalArgumentException(
            "share %d of %d must be there exactly once, found %d of %d"
                .formatted(k, inOrder.size(), slice.slice(), slice.of()));
      }
    }
    MergedSlice first = inOrder.get(0);
    return new MergedResult(
        FlatVector.concatenate(inOrder.stream().map(MergedSlice::parameters).toList()),
        FlatVector.concatenate(inOrder.stream().map(MergedSlice::optimizer).toList()),
        first.methods(),
        first.counters());
  }

  /** Merges whole results, as one slice. */
  public static MergedResult ofWhole(Collection<WorkerResult> results) {
    List<ResultSlice> whole = results.stream().map(result -> result.slice(0, 1)).toList();
    return of(List.of(ResultSlice.merge(whole)));
  }
}
