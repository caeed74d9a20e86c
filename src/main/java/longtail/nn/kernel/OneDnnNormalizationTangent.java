package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;

import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The derivative of a batch normalisation by oneDNN. The map from the input to the normalised
 * output has a symmetric derivative, moments included, so oneDNN's backward pass gives the forward
 * derivative too; what scale and shift add follows, then the rectifier's mask.
 */
final class OneDnnNormalizationTangent implements AutoCloseable {
  private final NormalizationShape shape;
  private final Slot x;
  private final Slot y;
  private final Slot mean;
  private final Slot variance;
  private final Slot scale;
  private final Slot tangentX;
  private final Slot tangentY;
  private final Slot unwantedScale;
  private final Slot unwantedShift;
  private final Slot centre;
  private final Slot factor;
  private final Slot tangentShift;
  private final INDArray factors;
  private final Compiled ofInput;
  private final Compiled ofAffine;
  private final Compiled mask;

  OneDnnNormalizationTangent(NormalizationShape shape) {
    this.shape = shape;
    memory.desc map = OneDnn.map(shape.map(), memory.data_type.f32);
    memory.desc vector = OneDnn.floats(memory.format_tag.x, shape.map().channels());
    memory.desc channels =
        OneDnn.map(new MapShape(1, 1, 1, shape.map().channels()), memory.data_type.f32);
    x = Slot.open(map);
    y = Slot.open(map);
    tangentX = Slot.open(map);
    tangentY = Slot.open(map);
    mean = Slot.open(vector);
    variance = Slot.open(vector);
    scale = Slot.open(vector);
    unwantedScale = Slot.owned(vector);
    unwantedShift = Slot.owned(vector);
    centre = Slot.open(channels);
    factor = Slot.open(channels);
    tangentShift = Slot.open(channels);
    factors = Scratch.array(DataType.FLOAT, shape.map().channels());
    factor.bind(factors);
    ofInput = compileOfInput(map);
    ofAffine = compileOfAffine(map, channels);
    mask = shape.rectified() ? OneDnnResidual.mask(map, y, tangentY, tangentY) : null;
  }

  private Compiled compileOfInput(memory.desc map) {
    int flags =
        normalization_flags.use_scale.value
            | normalization_flags.use_shift.value
            | (shape.ofBatch() ? 0 : normalization_flags.use_global_stats.value);
    float epsilon = (float) shape.epsilon();
    batch_normalization_forward.primitive_desc hint =
        new batch_normalization_forward.primitive_desc(
            OneDnn.CPU,
            prop_kind.forward_training.value,
            map,
            map,
            epsilon,
            flags,
            OneDnn.attributes(),
            false);
    batch_normalization_backward.primitive_desc description =
        new batch_normalization_backward.primitive_desc(
            OneDnn.CPU,
            prop_kind.backward.value,
            map,
            map,
            map,
            epsilon,
            flags,
            hint,
            OneDnn.attributes(),
            false);
    return new Compiled(new batch_normalization_backward(description), description)
        .with(DNNL_ARG_SRC, x)
        .with(DNNL_ARG_MEAN, mean)
        .with(DNNL_ARG_VARIANCE, variance)
        .with(DNNL_ARG_SCALE, scale)
        .with(DNNL_ARG_DIFF_DST, tangentX)
        .with(DNNL_ARG_DIFF_SRC, tangentY)
        .with(DNNL_ARG_DIFF_SCALE, unwantedScale)
        .with(DNNL_ARG_DIFF_SHIFT, unwantedShift);
  }

  /** {@code tangentY += (x - mean) factor + tangentShift}. */
  private Compiled compileOfAffine(memory.desc map, memory.desc channels) {
    post_ops rest = new post_ops();
    rest.append_binary(algorithm.binary_mul, channels);
    rest.append_binary(algorithm.binary_add, channels);
    rest.append_binary(algorithm.binary_add, map);
    primitive_attr attributes = OneDnn.attributes();
    attributes.set_post_ops(rest);
    binary.primitive_desc description =
        new binary.primitive_desc(
            OneDnn.CPU, algorithm.binary_sub, map, channels, map, attributes, false);
    return new Compiled(new binary(description), description)
        .with(DNNL_ARG_SRC_0, x)
        .with(DNNL_ARG_SRC_1, centre)
        .with(operand(0), factor)
        .with(operand(1), tangentShift)
        .with(operand(2), tangentY)
        .with(DNNL_ARG_DST, tangentY);
  }

  /** The second operand of the post-operation {@code index}. */
  private static int operand(int index) {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (index + 1) | DNNL_ARG_SRC_1;
  }

  void run(
      INDArray input,
      INDArray output,
      Affine affine,
      Moments moments,
      INDArray tangentInput,
      Affine tangentAffine,
      INDArray tangentOutput) {
    bind(input, output, affine, moments, tangentAffine, tangentOutput);
    if (tangentInput == null) {
      tangentOutput.assign(0);
    } else {
      tangentX.bind(tangentInput);
      ofInput.run();
    }
    Transforms.pow(factors.assign(moments.variance()).addi(shape.epsilon()), -0.5, false);
    factors.muli(tangentAffine.scale());
    ofAffine.run();
    if (mask != null) {
      mask.run();
    }
  }

  private void bind(
      INDArray input,
      INDArray output,
      Affine affine,
      Moments moments,
      Affine tangentAffine,
      INDArray tangentOutput) {
    x.bind(input);
    y.bind(output);
    mean.bind(moments.mean());
    centre.bind(moments.mean());
    variance.bind(moments.variance());
    scale.bind(affine.scale());
    tangentShift.bind(tangentAffine.shift());
    tangentY.bind(tangentOutput);
  }

  @Override
  public void close() {
    ofInput.close();
    ofAffine.close();
    if (mask != null) {
      mask.close();
    }
    for (Slot slot :
        new Slot[] {
          x,
          y,
          mean,
          variance,
          scale,
          tangentX,
          tangentY,
          unwantedScale,
          unwantedShift,
          centre,
          factor,
          tangentShift
        }) {
      slot.close();
    }
    Scratch.release(factors);
  }
}
