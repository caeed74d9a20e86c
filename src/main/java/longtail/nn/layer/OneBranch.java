package longtail.nn.layer;

import java.util.List;
import longtail.nn.kernel.Kernels;

/**
 * {@link BranchFeatures} where only one branch is computed.
 *
 * @param branch its input
 */
public record OneBranch(Branch branch) implements Operator {
  @Override
  public long[] outputShape(long[]... inputs) {
    return PreparedBranches.outputShape(inputs[0]);
  }

  @Override
  public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
    return new PreparedBranches(List.of(branch));
  }

  @Override
  public boolean keepsInputs() {
    return false;
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }
}
