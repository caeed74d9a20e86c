package longtail.nn;

import java.util.ArrayList;
import java.util.List;
import longtail.nn.graph.ParameterBlock;
import longtail.nn.layer.BatchNormalization;
import longtail.nn.layer.Role;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Repeats what a training pass did to the running statistics of a network, without the pass.
 *
 * <p>A pass moves statistics {@code r} to {@code (1 - m) r + m b} with those of its batch, {@code
 * b}. As long as the parameters stay, a second pass over the batch has the same {@code b}, which
 * the statistics before and after the first tell.
 */
public final class RunningStatistics {
  private final Network network;
  private final List<ParameterBlock> blocks;
  private final List<INDArray> before = new ArrayList<>();
  private final List<INDArray> after = new ArrayList<>();

  private RunningStatistics(Network network, List<ParameterBlock> blocks) {
    this.network = network;
    this.blocks = blocks;
    for (ParameterBlock block : blocks) {
      before.add(Nd4j.createUninitializedDetached(network.type(), block.length()));
      after.add(Nd4j.createUninitializedDetached(network.type(), block.length()));
    }
  }

  /** The running statistics of {@code network}. */
  public static RunningStatistics of(Network network) {
    return new RunningStatistics(
        network,
        network.layout().stream()
            .filter(b -> b.role() == Role.RUNNING_MEAN || b.role() == Role.RUNNING_VARIANCE)
            .toList());
  }

  /** To be called before the pass that will be repeated. */
  public void beforePass() {
    keep(before);
  }

  /** To be called after the pass that will be repeated. */
  public void afterPass() {
    keep(after);
  }

  private void keep(List<INDArray> copies) {
    for (int i = 0; i < blocks.size(); i++) {
      network.memory().download(live(i), copies.get(i));
    }
  }

  /** Moves the statistics as the pass would move them now; not at all if it did not move them. */
  public void repeat() {
    double kept = 1 - BatchNormalization.MOMENTUM;
    for (int i = 0; i < blocks.size(); i++) {
      if (moved(i)) {
        INDArray shift = before.get(i).mul(kept);
        INDArray moved = after.get(i);
        network.memory().change(live(i), host -> host.muli(kept).addi(moved).subi(shift));
      }
    }
  }

  /** However little: arrays that ND4J calls equal may still differ by 1e-5. */
  private boolean moved(int i) {
    return after.get(i).sub(before.get(i)).amaxNumber().doubleValue() > 0;
  }

  private INDArray live(int i) {
    ParameterBlock block = blocks.get(i);
    return network
        .parameters()
        .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
  }
}
