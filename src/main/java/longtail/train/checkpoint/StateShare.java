package longtail.train.checkpoint;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import longtail.method.Method;
import longtail.train.experiment.Cursor;

/**
 * A part of the state at the end of a segment, which all workers have: each task brings another
 * part of it to the driver.
 *
 * @param share which part, counted from 0
 * @param parameters its part of the parameters that the stage can change
 * @param optimizer its part of the optimiser's state
 * @param methods states of the method by worker; of the first worker alone where all have the same
 */
public record StateShare(
    int share, FlatVector parameters, FlatVector optimizer, Map<Integer, byte[]> methods)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Keeps a copy that Kryo knows. */
  public StateShare {
    methods = new TreeMap<>(methods);
  }

  /**
   * The state that {@code shares} are all of.
   *
   * @param from state of the segment's beginning
   * @param trainable what the shares hold; all where empty
   * @param method of the stage
   * @param next the step behind the segment
   * @param iteration steps of the run until then
   */
  public static TrainingState join(
      List<StateShare> shares,
      TrainingState from,
      Optional<TrainableSpans> trainable,
      Method method,
      Cursor next,
      long iteration) {
    List<StateShare> inOrder =
        shares.stream().sorted(Comparator.comparingInt(StateShare::share)).toList();
    FlatVector parameters =
        FlatVector.concatenate(inOrder.stream().map(StateShare::parameters).toList());
    FlatVector optimizer =
        FlatVector.concatenate(inOrder.stream().map(StateShare::optimizer).toList());
    Map<Integer, byte[]> methods = new TreeMap<>();
    inOrder.forEach(share -> methods.putAll(share.methods));
    return from.advance(
        trainable.map(c -> from.parameters().with(c.parameters(), parameters)).orElse(parameters),
        trainable.map(c -> from.optimizer().with(c.optimizer(), optimizer)).orElse(optimizer),
        method.whole(List.copyOf(methods.values())),
        next,
        iteration);
  }
}
