package longtail.nn.layer;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The features of a {@code Bilateral} backbone from the pooled maps of some of its branches; those
 * of the others are zero.
 *
 * @param branches whose pooled maps the inputs are, in order
 */
record PreparedBranches(List<Branch> branches) implements PreparedOperator {
  static long[] outputShape(long... input) {
    return new long[] {input[0], 2 * input[1]};
  }

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
