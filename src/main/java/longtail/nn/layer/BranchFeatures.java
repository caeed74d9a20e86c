package longtail.nn.layer;

import java.util.List;
import longtail.nn.kernel.Kernels;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** The features of both branches of a {@code Bilateral} backbone, side by side. */
public final class BranchFeatures extends OperatorVertexConfiguration {
  @Override
  public long[] outputShape(long[]... inputs) {
    return PreparedBranches.outputShape(inputs[0]);
  }

  @Override
  public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
    return new PreparedBranches(List.of(Branch.values()));
  }

  @Override
  public boolean keepsInputs() {
    return false;
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) {
    return InputType.feedForward(2 * ((InputType.InputTypeFeedForward) inputs[0]).getSize());
  }

  @Override
  int inputs() {
    return 2;
  }
}
