package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A fused convolution by oneDNN: the epilogue is the primitive's post-operations, the weights lie
 * packed in the layout that the primitive likes best.
 */
final class OneDnnFusedConvolution implements FusedConvolutionKernel {
  private final memory.desc plainWeights;
  private final memory.desc vector;
  private final memory.desc packedWeights;
  private final Slot x;
  private final Slot y;
  private final Slot weights;
  private final Slot bias;
  private final Compiled forward;

  /** A convolution of maps of {@code type}; weights and bias are given in float32. */
  OneDnnFusedConvolution(ConvolutionShape shape, Epilogue epilogue, memory.data_type type) {
    memory.desc source = OneDnn.map(shape.input(), type);
    memory.desc target = OneDnn.map(shape.output(), type);
    plainWeights = OneDnnConvolution.plainWeights(shape);
    vector = OneDnn.floats(memory.format_tag.x, shape.outputs());
    convolution_forward.primitive_desc description =
        new convolution_forward.primitive_desc(
            OneDnn.CPU,
            prop_kind.forward_inference,
            algorithm.convolution_direct,
            source,
            new memory.desc(OneDnnConvolution.weightExtents(shape), type, memory.format_tag.any),
            vector,
            target,
            new long[] {shape.stride(), shape.stride()},
            new long[] {shape.dilation() - 1, shape.dilation() - 1},
            new long[] {shape.padding(), shape.padding()},
            OneDnnConvolution.paddingAfter(shape),
            attributes(epilogue),
            false);
    packedWeights = description.weights_desc();
    x = Slot.open(source);
    y = Slot.open(target);
    weights = Slot.owned(packedWeights);
    bias = Slot.owned(vector);
    forward =
        new Compiled(new convolution_forward(description), description)
            .with(DNNL_ARG_SRC, x)
            .with(DNNL_ARG_WEIGHTS, weights)
            .with(DNNL_ARG_BIAS, bias)
            .with(DNNL_ARG_DST, y);
  }

  private static primitive_attr attributes(Epilogue epilogue) {
    primitive_attr attributes = OneDnn.attributes();
    post_ops operations = new post_ops();
    if (epilogue == Epilogue.SUM_AND_RECTIFIER) {
      operations.append_sum();
    }
    if (epilogue != Epilogue.NONE) {
      operations.append_eltwise(algorithm.eltwise_relu, 0, 0);
    }
    attributes.set_post_ops(operations);
    return attributes;
  }

  @Override
  public void load(INDArray weight, INDArray shift) {
    copy(plainWeights, weight, packedWeights, weights);
    copy(vector, shift, vector, bias);
  }

  private static void copy(memory.desc fromLayout, INDArray from, memory.desc toLayout, Slot to) {
    Slot place = Slot.open(fromLayout);
    Reorder reorder = new Reorder(fromLayout, place, toLayout, to);
    place.bind(from);
    reorder.run();
    reorder.close();
    place.close();
  }

  @Override
  public void forward(INDArray input, INDArray output) {
    x.bind(input);
    y.bind(output);
    forward.run();
  }

  @Override
  public void close() {
    forward.close();
    x.close();
    y.close();
    weights.close();
    bias.close();
  }
}
