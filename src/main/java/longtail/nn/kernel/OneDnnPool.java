package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Mean over all positions by oneDNN. */
final class OneDnnPool implements PoolKernel {
  private final Slot x;
  private final Slot y;
  private final Compiled forward;
  private final Compiled backward;

  OneDnnPool(MapShape input) {
    memory.desc map = OneDnn.map(input, memory.data_type.f32);
    memory.desc mean =
        OneDnn.map(new MapShape(input.batch(), 1, 1, input.channels()), memory.data_type.f32);
    long[] window = {input.height(), input.width()};
    long[] none = {0, 0};
    x = Slot.open(map);
    y = Slot.open(mean);
    pooling_forward.primitive_desc description =
        new pooling_forward.primitive_desc(
            OneDnn.CPU,
            prop_kind.forward_training,
            algorithm.pooling_avg_exclude_padding,
            map,
            mean,
            window,
            window,
            none,
            none,
            none,
            OneDnn.attributes(),
            false);
    forward =
        new Compiled(new pooling_forward(description), description)
            .with(DNNL_ARG_SRC, x)
            .with(DNNL_ARG_DST, y);
    pooling_backward.primitive_desc gradient =
        new pooling_backward.primitive_desc(
            OneDnn.CPU,
            algorithm.pooling_avg_exclude_padding,
            map,
            mean,
            window,
            window,
            none,
            none,
            none,
            description,
            OneDnn.attributes(),
            false);
    backward =
        new Compiled(new pooling_backward(gradient), gradient)
            .with(DNNL_ARG_DIFF_DST, y)
            .with(DNNL_ARG_DIFF_SRC, x);
  }

  @Override
  public void forward(INDArray input, INDArray output) {
    x.bind(input);
    y.bind(output);
    forward.run();
  }

  @Override
  public void backward(INDArray gradY, INDArray gradX) {
    y.bind(gradY);
    x.bind(gradX);
    backward.run();
  }

  @Override
  public void close() {
    forward.close();
    backward.close();
    x.close();
    y.close();
  }
}
