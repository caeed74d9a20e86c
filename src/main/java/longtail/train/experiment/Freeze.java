package longtail.train.experiment;

import java.io.Serializable;
import java.util.List;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.FrozenNorm;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.optim.Span;

/** What is not trained in a stage. */
public sealed interface Freeze extends Serializable {

  /** Whether the parameters of {@code block} may change. */
  boolean trains(ParameterBlock block);

  /** Prepares {@code network} for the stage; {@code norm} is that of a frozen backbone. */
  void apply(Network network, FrozenNorm norm);

  /**
   * Checks that there is in {@code layout} what is frozen, and something beside it.
   *
   * @throws LongTailException (CONFIG) with the layers that there are
   */
  default void check(List<ParameterBlock> layout) {}

  /** The spans of {@code layout} that an optimiser may change, neighbours joined. */
  default List<Span> trainable(List<ParameterBlock> layout) {
    return Span.joined(
        layout.stream()
            .filter(ParameterBlock::trainable)
            .filter(this::trains)
            .map(block -> new Span(block.offset(), block.length()))
            .toList());
  }

  /** Everything is trained. */
  record None() implements Freeze {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean trains(ParameterBlock block) {
      return true;
    }

    @Override
    public void apply(Network network, FrozenNorm norm) {
      network.unfreeze();
    }
  }

  /** Only the head is trained; nothing is computed backwards through the backbone. */
  record Backbone() implements Freeze {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean trains(ParameterBlock block) {
      return block.head();
    }

    @Override
    public void apply(Network network, FrozenNorm norm) {
      network.freezeBackbone(norm);
    }
  }

  /**
   * Layers and blocks by name are not trained; their normalisations use the statistics of the
   * batch.
   *
   * @param names such as {@code conv1}, {@code layer3} or {@code layer4.0}, as the parameters of a
   *     PyTorch checkpoint begin
   */
  record Layers(List<String> names) implements Freeze {
    private static final long serialVersionUID = 1L;

    /** Checks that there are names. */
    public Layers {
      if (names.isEmpty()) {
        throw new IllegalArgumentException(
            "names must not be empty; freeze: none trains everything");
      }
      names = List.copyOf(names);
    }

    @Override
    public boolean trains(ParameterBlock block) {
      return names.stream().noneMatch(name -> within(block, name));
    }

    @Override
    public void apply(Network network, FrozenNorm norm) {
      network.unfreeze();
    }

    @Override
    public void check(List<ParameterBlock> layout) {
      for (String name : names) {
        if (layout.stream().noneMatch(block -> within(block, name))) {
          throw new LongTailException(
              ErrorCode.CONFIG,
              "freeze: the network has no layer '%s'; it has %s, and their parts"
                  .formatted(name, outermost(layout)));
        }
      }
      if (trainable(layout).isEmpty()) {
        throw new LongTailException(
            ErrorCode.CONFIG, "freeze: %s leaves nothing to train".formatted(names));
      }
    }

    private static boolean within(ParameterBlock block, String name) {
      return block.name().startsWith(name + ".");
    }

    private static List<String> outermost(List<ParameterBlock> layout) {
      return layout.stream()
          .map(block -> block.name().substring(0, block.name().indexOf('.')))
          .distinct()
          .toList();
    }
  }
}
