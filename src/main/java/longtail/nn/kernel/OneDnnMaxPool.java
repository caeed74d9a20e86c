package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;

import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Maximum over windows by oneDNN; the kernel keeps the places of the last forward pass's maxima.
 */
final class OneDnnMaxPool implements MaxPoolKernel {
  private final MaxPoolShape shape;
  private final Slot x;
  private final Slot y;
  private final Slot places;
  private final Compiled forward;
  private final Compiled backward;
  private MaxPoolTangent tangent;

  OneDnnMaxPool(MaxPoolShape shape, memory.data_type type) {
    this.shape = shape;
    MapShape in = shape.input();
    MapShape out = shape.output();
    memory.desc map = OneDnn.map(in, type);
    memory.desc maxima = OneDnn.map(out, type);
    long[] window = {shape.window(), shape.window()};
    long[] strides = {shape.stride(), shape.stride()};
    long[] none = {0, 0};
    long[] before = {shape.padding(), shape.padding()};
    long[] after = {
      paddingAfter(shape, in.height(), out.height()), paddingAfter(shape, in.width(), out.width())
    };
    x = Slot.open(map);
    y = Slot.open(maxima);
    pooling_forward.primitive_desc description =
        new pooling_forward.primitive_desc(
            OneDnn.CPU,
            prop_kind.forward_training,
            algorithm.pooling_max,
            map,
            maxima,
            strides,
            window,
            none,
            before,
            after,
            OneDnn.attributes(),
            false);
    places = Slot.owned(description.workspace_desc());
    forward =
        new Compiled(new pooling_forward(description), description)
            .with(DNNL_ARG_SRC, x)
            .with(DNNL_ARG_DST, y)
            .with(DNNL_ARG_WORKSPACE, places);
    pooling_backward.primitive_desc gradient =
        new pooling_backward.primitive_desc(
            OneDnn.CPU,
            algorithm.pooling_max,
            map,
            maxima,
            strides,
            window,
            none,
            before,
            after,
            description,
            OneDnn.attributes(),
            false);
    backward =
        new Compiled(new pooling_backward(gradient), gradient)
            .with(DNNL_ARG_DIFF_DST, y)
            .with(DNNL_ARG_DIFF_SRC, x)
            .with(DNNL_ARG_WORKSPACE, places);
  }

  private static long paddingAfter(MaxPoolShape shape, long in, long out) {
    return (out - 1) * shape.stride() + shape.window() - in - shape.padding();
  }

  @Override
  public void forward(INDArray input, INDArray output) {
    x.bind(input);
    y.bind(output);
    forward.run();
  }

  @Override
  public void backward(INDArray input, INDArray gradY, INDArray gradX) {
    y.bind(gradY);
    x.bind(gradX);
    backward.run();
  }

  @Override
  public void tangent(INDArray input, INDArray tangentX, INDArray tangentY) {
    if (tangent == null) {
      tangent = new MaxPoolTangent(shape);
    }
    tangent.run(input, tangentX, tangentY);
  }

  @Override
  public void close() {
    forward.close();
    backward.close();
    x.close();
    y.close();
    places.close();
  }
}
