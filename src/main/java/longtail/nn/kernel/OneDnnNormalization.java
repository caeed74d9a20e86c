package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import longtail.Collective;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A batch normalisation by oneDNN, with the rectifier fused into it. */
final class OneDnnNormalization implements NormalizationKernel {
  private final NormalizationShape shape;
  private final memory.desc map;
  private final batch_normalization_forward.primitive_desc hint;
  private final Slot x;
  private final Slot y;
  private final Slot mean;
  private final Slot variance;
  private final Slot scale;
  private final Slot shift;
  private final Slot mask;
  private final Compiled forward;
  private Gradient gradient;
  private OneDnnNormalizationTangent tangent;

  OneDnnNormalization(NormalizationShape shape, memory.data_type type) {
    this.shape = shape;
    map = OneDnn.map(shape.map(), type);
    boolean forwardOnly = shape.statistics() == NormalizationShape.Statistics.GIVEN_FORWARD_ONLY;
    hint =
        new batch_normalization_forward.primitive_desc(
            OneDnn.CPU,
            (forwardOnly ? prop_kind.forward_inference : prop_kind.forward_training).value,
            map,
            map,
            (float) shape.epsilon(),
            flags(),
            OneDnn.attributes(),
            false);
    x = Slot.open(map);
    y = Slot.open(map);
    mean = channels();
    variance = channels();
    scale = channels();
    shift = channels();
    forward =
        new Compiled(new batch_normalization_forward(hint), hint)
            .with(DNNL_ARG_SRC, x)
            .with(DNNL_ARG_DST, y)
            .with(DNNL_ARG_MEAN, mean)
            .with(DNNL_ARG_VARIANCE, variance)
            .with(DNNL_ARG_SCALE, scale)
            .with(DNNL_ARG_SHIFT, shift);
    memory.desc maskLayout = hint.workspace_desc();
    mask = Slot.owned(maskLayout);
    if (maskLayout.get_size() > 0) {
      forward.with(DNNL_ARG_WORKSPACE, mask);
    }
  }

  private int flags() {
    return normalization_flags.use_scale.value
        | normalization_flags.use_shift.value
        | (shape.rectified() ? normalization_flags.fuse_norm_relu.value : 0)
        | (shape.ofBatch() ? 0 : normalization_flags.use_global_stats.value);
  }

  private Slot channels() {
    return Slot.open(OneDnn.floats(memory.format_tag.x, shape.map().channels()));
  }

  @Override
  public void forward(INDArray input, ScaleAndShift affine, Moments moments, INDArray output) {
    x.bind(input);
    bind(affine, moments);
    y.bind(output);
    forward.run();
  }

  @Override
  public long positions() {
    return shape.map().positions();
  }

  @Override
  public void backward(
      INDArray input,
      INDArray output,
      ScaleAndShift affine,
      Moments moments,
      INDArray gradY,
      INDArray gradX,
      ScaleAndShift gradAffine) {
    if (gradient == null) {
      gradient = new Gradient();
    }
    x.bind(input);
    bind(affine, moments);
    gradient.run(gradY, gradX, gradAffine);
  }

  @Override
  public void tangent(
      INDArray input,
      INDArray output,
      ScaleAndShift affine,
      Moments moments,
      INDArray tangentX,
      ScaleAndShift tangentAffine,
      INDArray tangentY) {
    if (tangent == null) {
      tangent = new OneDnnNormalizationTangent(shape, Collective.ALONE);
    }
    tangent.run(input, output, affine, moments, positions(), tangentX, tangentAffine, tangentY);
  }

  private void bind(ScaleAndShift affine, Moments moments) {
    scale.bind(affine.scale());
    shift.bind(affine.shift());
    mean.bind(moments.mean());
    variance.bind(moments.variance());
  }

  @Override
  public void close() {
    forward.close();
    for (Slot slot : new Slot[] {x, y, mean, variance, scale, shift, mask}) {
      slot.close();
    }
    if (gradient != null) {
      gradient.close();
    }
    if (tangent != null) {
      tangent.close();
    }
  }

  private final class Gradient implements AutoCloseable {
    private final Slot gradY = Slot.open(map);
    private final Slot gradX = Slot.open(map);
    private final Slot gradScale = channels();
    private final Slot gradShift = channels();
    private final Compiled backward;

    Gradient() {
      batch_normalization_backward.primitive_desc description =
          new batch_normalization_backward.primitive_desc(
              OneDnn.CPU,
              prop_kind.backward.value,
              map,
              map,
              map,
              (float) shape.epsilon(),
              flags(),
              hint,
              OneDnn.attributes(),
              false);
      // The shift itself must not be given here: oneDNN then refuses to run.
      backward =
          new Compiled(new batch_normalization_backward(description), description)
              .with(DNNL_ARG_SRC, x)
              .with(DNNL_ARG_MEAN, mean)
              .with(DNNL_ARG_VARIANCE, variance)
              .with(DNNL_ARG_SCALE, scale)
              .with(DNNL_ARG_DIFF_DST, gradY)
              .with(DNNL_ARG_DIFF_SRC, gradX)
              .with(DNNL_ARG_DIFF_SCALE, gradScale)
              .with(DNNL_ARG_DIFF_SHIFT, gradShift);
      if (shape.rectified()) {
        backward.with(DNNL_ARG_WORKSPACE, mask);
      }
    }

    void run(INDArray gradOutput, INDArray gradInput, ScaleAndShift gradAffine) {
      gradY.bind(gradOutput);
      gradX.bind(gradInput);
      gradScale.bind(gradAffine.scale());
      gradShift.bind(gradAffine.shift());
      backward.run();
    }

    @Override
    public void close() {
      backward.close();
      for (Slot slot : new Slot[] {gradY, gradX, gradScale, gradShift}) {
        slot.close();
      }
    }
  }
}
