package longtail.nn.layer;

import java.util.List;
import longtail.nn.kernel.Kernels;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The features of both branches of a {@code Bilateral} backbone, side by side. */
public final class BranchFeatures extends OperatorVertexConfiguration {
  /** The same where only {@code branch} is computed: the features of the other are zero. */
  public static Operator of(Branch branch) {
    return new Alone(branch);
  }

  @Override
  public long[] outputShape(long[]... inputs) {
    return twice(inputs[0]);
  }

  private static long[] twice(long... input) {
    return new long[] {input[0], 2 * input[1]};
  }

  @Override
  public boolean island() {
    return true;
  }

  @Override
  public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
    return new Joining(List.of(Branch.values()));
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

  private record Alone(Branch branch) implements Operator {
    @Override
    public long[] outputShape(long[]... inputs) {
      return twice(inputs[0]);
    }

    @Override
    public boolean island() {
      return true;
    }

    @Override
    public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
      return new Joining(List.of(branch));
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

  /**
   * Copies the pooled maps of some branches to their places; those of the others are zero.
   *
   * @param branches whose pooled maps the inputs are, in order
   */
  private record Joining(List<Branch> branches) implements PreparedOperator {
    @Override
    public void forward(INDArray[] inputs, INDArray output) {
      join(inputs, output);
    }

    private void join(INDArray[] parts, INDArray whole) {
      for (Branch branch : Branch.values()) {
        int k = branches.indexOf(branch);
        if (k < 0 || parts[k] == null) {
          branch.of(whole).assign(0);
        } else {
          branch.of(whole).assign(parts[k]);
        }
      }
    }

    @Override
    public void backward(
        INDArray[] inputs, INDArray output, INDArray gradOutput, INDArray[] gradInputs) {
      for (int k = 0; k < gradInputs.length; k++) {
        if (gradInputs[k] != null) {
          gradInputs[k].assign(branches.get(k).of(gradOutput));
        }
      }
    }

    @Override
    public void tangent(
        INDArray[] inputs, INDArray[] tangents, INDArray output, INDArray tangentOutput) {
      join(tangents, tangentOutput);
    }

    @Override
    public void close() {}
  }
}
