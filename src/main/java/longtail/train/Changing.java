package longtail.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import longtail.nn.FrozenNorm;
import longtail.nn.ParameterBlock;
import longtail.optim.Span;

/**
 * The parts of the flat vectors that the steps of a stage can change. In a stage that freezes the
 * backbone only they travel with every round.
 *
 * @param parameters parts of the parameters, ascending
 * @param optimizer parts of the optimiser's state, ascending
 */
public record Changing(List<Span> parameters, List<Span> optimizer) implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * What the steps behind {@code state}, which are of {@code stage}, can change; empty if that is
   * everything, as in the first round of a stage, which begins with another optimiser.
   *
   * @param layout of the network's parameters
   */
  public static Optional<Changing> of(
      Stage stage, List<ParameterBlock> layout, TrainingState state) {
    return switch (stage.freeze()) {
      case NONE -> Optional.empty();
      case BACKBONE ->
          state.cursor().atStageStart()
              ? Optional.empty()
              : Optional.of(ofHead(stage, layout, state));
    };
  }

  private static Changing ofHead(Stage stage, List<ParameterBlock> layout, TrainingState state) {
    List<Span> parameters =
        Span.joined(
            layout.stream()
                .filter(block -> block.head() || moves(block, stage.frozenNorm()))
                .map(block -> new Span(block.offset(), block.length()))
                .toList());
    long length = state.parameters().length();
    long moments = stage.update().averageOffset(length);
    List<Span> optimizer = new ArrayList<>();
    for (long from = 0; from < moments; from += length) {
      for (Span span : parameters) {
        optimizer.add(new Span(from + span.offset(), span.length()));
      }
    }
    long others = state.optimizer().length() - moments;
    if (others > 0) {
      optimizer.add(new Span(moments, others));
    }
    return new Changing(parameters, Span.joined(optimizer));
  }

  /** Running statistics, which no optimiser changes, where passes move them. */
  private static boolean moves(ParameterBlock block, FrozenNorm norm) {
    return switch (norm) {
      case BATCH -> !block.trainable();
      case RUNNING -> false;
    };
  }

  /** {@code state} with these parts alone, without the state of the method. */
  public TrainingState of(TrainingState state) {
    return state
        .withoutMethod()
        .with(state.parameters().parts(parameters), state.optimizer().parts(optimizer));
  }

  /** {@code state} with all other parts alone, without the state of the method. */
  public TrainingState rest(TrainingState state) {
    return rest(state.parameters().length(), state.optimizer().length()).of(state);
  }

  /** The other parts of vectors of these lengths. */
  Changing rest(long lengthOfParameters, long lengthOfOptimizer) {
    return new Changing(
        Span.between(parameters, lengthOfParameters), Span.between(optimizer, lengthOfOptimizer));
  }

  /** The result of a round behind {@code from} whose workers brought back these parts alone. */
  public MergedResult whole(MergedResult result, TrainingState from) {
    return new MergedResult(
        from.parameters().with(parameters, result.parameters()),
        from.optimizer().with(optimizer, result.optimizer()),
        result.methods(),
        result.counters());
  }
}
