package longtail.nn.layer;

import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.kernel.SubsampleKernel;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** The shortcut without parameters, {@code Shortcut.A}. */
public final class PaddedSubsample extends OperatorVertexConfiguration {
  @JsonProperty private long channels;

  /** For reading a saved configuration. */
  PaddedSubsample() {}

  /** A shortcut to {@code channels} channels. */
  public PaddedSubsample(long channels) {
    this.channels = channels;
  }

  /** Channels of the output. */
  public long channels() {
    return channels;
  }

  @Override
  public long[] outputShape(long[]... inputs) {
    long[] in = inputs[0];
    return new long[] {in[0], (in[1] + 1) / 2, (in[2] + 1) / 2, channels};
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
    SubsampleKernel kernel = kernels.subsample(MapShape.of(inputs[0]), channels);
    return new PreparedLinearMap(kernel::forward, kernel::backward, kernel::close);
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) {
    InputType.InputTypeConvolutional in = (InputType.InputTypeConvolutional) inputs[0];
    return InputType.convolutional(
        (in.getHeight() + 1) / 2, (in.getWidth() + 1) / 2, channels, CNN2DFormat.NHWC);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PaddedSubsample that && channels == that.channels;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(channels);
  }
}
