package longtail.train;

import java.io.Serializable;

/**
 * What one worker brings back from a round: the state its steps led to and what it counted.
 *
 * <p>Results merge slice by slice: {@link #slice} cuts a result into the shares of {@code of}
 * reducers, {@link ResultSlice#merge} takes the mean of one share over all workers, and {@link
 * MergedResult#of} puts the shares together again. The mean is weighted by examples, summed in
 * float64 in the order of the workers, so neither the order of arrival nor the number of slices
 * changes a bit of it.
 *
 * @param worker index of the worker
 * @param parameters all parameters after the last step, running statistics included
 * @param optimizer the optimiser's state after the last step
 * @param method what the method brings back
 * @param counters what the worker counted; its examples are the weight of the result
 */
public record WorkerResult(
    int worker, FlatVector parameters, FlatVector optimizer, byte[] method, Counters counters)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Share {@code k} of {@code of} nearly equal shares, {@code 0 <= k < of}. */
  public ResultSlice slice(int k, int of) {
    return new ResultSlice(
        worker,
        k,
        of,
        share(parameters, k, of),
        share(optimizer, k, of),
        k == 0 ? method : new byte[0],
        counters);
  }

  private static FlatVector share(FlatVector vector, int k, int of) {
    long length = vector.length();
    return vector.range((int) (length * k / of), (int) (length * (k + 1) / of));
  }
}
