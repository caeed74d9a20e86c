package longtail.nn;

import java.util.List;
import longtail.nn.kernel.Kernels;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** The features of both branches of a {@link Bilateral} backbone, side by side. */
public final class BranchFeatures extends OperatorVertexConfiguration {
  @Override
  public long[] outputShape(long[]... inputs) {
    return BranchOperation.outputShape(inputs[0]);
  }

  @Override
  public Operation prepare(Kernels kernels, Mode mode, long[]... inputs) {
    return new BranchOperation(List.of(Branch.values()));
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
