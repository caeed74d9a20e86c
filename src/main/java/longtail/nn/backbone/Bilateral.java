package longtail.nn.backbone;

import longtail.config.Default;

/**
 * A backbone with two ends, for the method {@code bbn}: the last residual block exists twice, a
 * conventional and a re-balancing one, both on the output of the blocks before, and the features
 * are the pooled outputs of both, twice as many (Zhou et al., "BBN: Bilateral-Branch Network with
 * Cumulative Learning for Long-Tailed Visual Recognition", 2020).
 *
 * @param trunk the backbone whose last block is doubled, itself without branches, attention and
 *     projection
 */
public record Bilateral(@Default("resnet32") Backbone trunk) implements Backbone {
  /** Checks that the features of {@code trunk} are its last, pooled map. */
  public Bilateral {
    trunk.stages().bilateral();
  }

  @Override
  public Stages stages() {
    return trunk.stages().bilateral();
  }
}
