package longtail.train;

import java.util.List;
import longtail.method.Learner;
import longtail.nn.Network;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.kernel.KernelMemory;

/** The learners of a run's stages, on one network. */
interface StageLearners extends AutoCloseable {
  /** The learner of {@code stage}; the one of another stage is no longer used. */
  Learner learner(int stage);

  /** Does to the current parameters what {@code stage} does at its beginning. */
  void begin(int stage);

  /** Comes before each step, with a seed for what the network draws in it. */
  default void draw(long seed) {}

  /** The network that they learn. */
  Network network();

  /** Whose the vectors of the learners are. */
  default KernelMemory memory() {
    return network().memory();
  }

  /** Layout of the learners' parameters, where a stage may freeze some of them. */
  default List<ParameterBlock> layout() {
    return List.of();
  }

  @Override
  void close();
}
