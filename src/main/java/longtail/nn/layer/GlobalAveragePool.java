package longtail.nn.layer;

import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.kernel.PoolKernel;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** The mean of a feature map over its positions. */
public final class GlobalAveragePool extends OperatorVertexConfiguration {
  @Override
  public long[] outputShape(long[]... inputs) {
    return new long[] {inputs[0][0], inputs[0][3]};
  }

  @Override
  public boolean byImage() {
    return true;
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
  public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
    PoolKernel kernel = kernels.pool(MapShape.of(inputs[0]));
    return new PreparedLinearMap(kernel::forward, kernel::backward, kernel::close);
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) {
    return InputType.feedForward(((InputType.InputTypeConvolutional) inputs[0]).getChannels());
  }
}
