package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sum and rectifier by oneDNN, in one pass over memory each way. */
final class OneDnnResidual implements ResidualKernel {
  private final Slot first;
  private final Slot second;
  private final Slot sum;
  private final Slot gradY;
  private final Slot gradSum;
  private final Compiled forward;
  private final Compiled backward;
  private final Compiled add;

  OneDnnResidual(MapShape shape, memory.data_type type) {
    memory.desc map = OneDnn.map(shape, type);
    first = Slot.open(map);
    second = Slot.open(map);
    sum = Slot.open(map);
    gradY = Slot.open(map);
    gradSum = Slot.open(map);
    add = compileSum(map, OneDnn.attributes());
    forward = compileSum(map, rectifier());
    backward = mask(map, sum, gradY, gradSum);
  }

  private static primitive_attr rectifier() {
    primitive_attr attributes = OneDnn.attributes();
    post_ops rectifier = new post_ops();
    rectifier.append_eltwise(algorithm.eltwise_relu, 0f, 0f);
    attributes.set_post_ops(rectifier);
    return attributes;
  }

  private Compiled compileSum(memory.desc map, primitive_attr attributes) {
    binary.primitive_desc description =
        new binary.primitive_desc(
            OneDnn.CPU, algorithm.binary_add, map, map, map, attributes, false);
    return new Compiled(new binary(description), description)
        .with(DNNL_ARG_SRC_0, first)
        .with(DNNL_ARG_SRC_1, second)
        .with(DNNL_ARG_DST, sum);
  }

  /** {@code masked = gradient} where {@code y} is positive, else zero; they may be one array. */
  static Compiled mask(memory.desc map, Slot y, Slot gradient, Slot masked) {
    eltwise_forward.primitive_desc hint =
        new eltwise_forward.primitive_desc(
            OneDnn.CPU,
            prop_kind.forward_training,
            algorithm.eltwise_relu_use_dst_for_bwd,
            map,
            map,
            OneDnn.attributes(),
            false);
    eltwise_backward.primitive_desc description =
        new eltwise_backward.primitive_desc(
            OneDnn.CPU,
            algorithm.eltwise_relu_use_dst_for_bwd,
            map,
            map,
            map,
            hint,
            OneDnn.attributes(),
            false);
    return new Compiled(new eltwise_backward(description), description)
        .with(DNNL_ARG_DST, y)
        .with(DNNL_ARG_DIFF_DST, gradient)
        .with(DNNL_ARG_DIFF_SRC, masked);
  }

  @Override
  public void forward(INDArray a, INDArray b, INDArray y) {
    first.bind(a);
    second.bind(b);
    sum.bind(y);
    forward.run();
  }

  @Override
  public void backward(INDArray y, INDArray gradOutput, INDArray gradient) {
    sum.bind(y);
    gradY.bind(gradOutput);
    gradSum.bind(gradient);
    backward.run();
  }

  @Override
  public void tangent(INDArray y, INDArray tangentA, INDArray tangentB, INDArray tangentY) {
    first.bind(tangentA);
    second.bind(tangentB);
    sum.bind(tangentY);
    add.run();
    backward(y, tangentY, tangentY);
  }

  @Override
  public void close() {
    forward.close();
    backward.close();
    add.close();
    for (Slot slot : new Slot[] {first, second, sum, gradY, gradSum}) {
      slot.close();
    }
  }
}
