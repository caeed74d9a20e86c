package longtail.nn;

import java.util.List;
import longtail.nn.kernel.Kernels;

/**
 * {@link BranchFeatures} where only one branch is computed.
 *
 * @param branch its input
 */
record OneBranch(Branch branch) implements Operator {
  @Override
  public long[] outputShape(long[]... inputs) {
    return BranchOperation.outputShape(inputs[0]);
  }

  @Override
  public Operation prepare(Kernels kernels, Mode mode, long[]... inputs) {
    return new BranchOperation(List.of(branch));
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
