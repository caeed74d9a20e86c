package longtail.train.checkpoint;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import longtail.nn.FrozenNorm;
import longtail.nn.graph.ParameterBlock;
import longtail.optim.Span;
import longtail.train.experiment.Freeze;
import longtail.train.experiment.Stage;

/**
 * The parts of the flat vectors that the steps of a stage can change. In a stage that freezes a
 * part of the network only they are averaged, and only they return to the driver.
 *
 * @param parameters parts of the parameters, ascending
 * @param optimizer parts of the optimiser's state, ascending
 */
public record TrainableSpans(List<Span> parameters, List<Span> optimizer) implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * What the steps of {@code stage} can change; empty if that is everything.
   *
   * @param layout of the network's parameters
   * @param length of the flat vector of parameters
   * @param lengthOfOptimizer of the flat vector of the optimiser's state in that stage
   */
  public static Optional<TrainableSpans> of(
      Stage stage, List<ParameterBlock> layout, long length, long lengthOfOptimizer) {
    return stage.freeze() instanceof Freeze.None
        ? Optional.empty()
        : Optional.of(ofTrained(stage, layout, length, lengthOfOptimizer));
  }

  private static TrainableSpans ofTrained(
      Stage stage, List<ParameterBlock> layout, long length, long lengthOfOptimizer) {
    List<Span> parameters =
        Span.joined(
            layout.stream()
                .filter(block -> stage.freeze().trains(block) || moves(block, stage.frozenNorm()))
                .map(block -> new Span(block.offset(), block.length()))
                .toList());
    long moments = stage.update().averageOffset(length);
    List<Span> optimizer = new ArrayList<>();
    for (long from = 0; from < moments; from += length) {
      for (Span span : parameters) {
        optimizer.add(new Span(from + span.offset(), span.length()));
      }
    }
    long others = lengthOfOptimizer - moments;
    if (others > 0) {
      optimizer.add(new Span(moments, others));
    }
    return new TrainableSpans(parameters, Span.joined(optimizer));
  }

  /** Running statistics, which no optimiser changes, where passes move them. */
  private static boolean moves(ParameterBlock block, FrozenNorm norm) {
    return switch (norm) {
      case BATCH -> !block.trainable();
      case RUNNING -> false;
    };
  }

  /** The numbers {@code from} (inclusive) to {@code to} (exclusive) of {@code spans} in a row. */
  public static List<Span> between(List<Span> spans, long from, long to) {
    List<Span> parts = new ArrayList<>();
    long at = 0;
    for (Span span : spans) {
      long first = Math.max(from, at);
      long end = Math.min(to, at + span.length());
      if (first < end) {
        parts.add(new Span(span.offset() + first - at, end - first));
      }
      at += span.length();
    }
    return parts;
  }
}
