package longtail.nn.kernel.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_COMP_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_CONV_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_DILATIONS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_POST_PADDINGS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_DATA_TYPE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_DIMENSIONS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_STRIDES;
import static org.bytedeco.cuda.global.cudnn.CUDNN_ATTR_TENSOR_UNIQUE_ID;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_BACKEND_TENSOR_DESCRIPTOR;
import static org.bytedeco.cuda.global.cudnn.CUDNN_CROSS_CORRELATION;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_BFLOAT16;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_CONVOLUTION_MODE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_TYPE_DATA_TYPE;

import java.util.ArrayList;
import java.util.List;
import longtail.nn.kernel.cuda.ConvolutionEngine.Direction;
import longtail.nn.kernel.cuda.ConvolutionExtents;
import longtail.nn.kernel.cuda.MapNumbers;

/**
 * One direction of a convolution as cuDNN describes it: three tensors, the convolution, and the
 * operation that joins them. It needs no device; cuDNN checks the extents against each other.
 */
final class ConvolutionGraph implements AutoCloseable {
  /** The names of the tensors for {@link ConvolutionPlan}. */
  static final long X = 'x';

  static final long WEIGHTS = 'w';
  static final long Y = 'y';

  private static final int ALIGNMENT = 16;

  private final List<Descriptor> parts = new ArrayList<>();
  private final Descriptor operation;

  /**
   * Describes it.
   *
   * @param weightNumbers type of the weights or their gradient
   * @throws longtail.LongTailException if cuDNN refuses it
   */
  ConvolutionGraph(
      Direction direction,
      ConvolutionExtents extents,
      MapNumbers numbers,
      MapNumbers weightNumbers) {
    ConvolutionExtents e = extents;
    Descriptor x = tensor("input", X, numbers, e.batch(), e.channels(), e.height(), e.width());
    long inGroup = e.channels() / e.groups();
    Descriptor weights =
        tensor("weights", WEIGHTS, weightNumbers, e.outputs(), inGroup, e.window(), e.window());
    Descriptor y = tensor("output", Y, numbers, e.batch(), e.outputs(), e.rows(), e.columns());
    Descriptor convolution = convolution(extents);
    operation =
        switch (direction) {
          case FORWARD ->
              kept("convolution", CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, convolution)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, weights)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, y)
                  .setFactor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 1f)
                  .setFactor(CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 0f);
          case BACK_DATA ->
              kept(
                      "gradient of the input",
                      CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, convolution)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, x)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, weights)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, y)
                  .setFactor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, 1f)
                  .setFactor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, 0f);
          case BACK_WEIGHTS ->
              kept(
                      "gradient of the weights",
                      CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, convolution)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, x)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, weights)
                  .setParts(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, y)
                  .setFactor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, 1f)
                  .setFactor(CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, 0f);
        };
    operation.finish();
  }

  private Descriptor kept(String what, int kind) {
    Descriptor descriptor = new Descriptor(what, kind);
    parts.add(descriptor);
    return descriptor;
  }

  /** Extents in cuDNN's order, channels before rows; strides as they lie, channels last. */
  private Descriptor tensor(
      String what, long name, MapNumbers numbers, long n, long c, long h, long w) {
    return kept(what, CUDNN_BACKEND_TENSOR_DESCRIPTOR)
        .setValues(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, typeOf(numbers))
        .setNumbers(CUDNN_ATTR_TENSOR_DIMENSIONS, n, c, h, w)
        .setNumbers(CUDNN_ATTR_TENSOR_STRIDES, h * w * c, 1, w * c, c)
        .setNumbers(CUDNN_ATTR_TENSOR_UNIQUE_ID, name)
        .setNumbers(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, ALIGNMENT)
        .finish();
  }

  private static int typeOf(MapNumbers numbers) {
    return switch (numbers) {
      case FLOAT32 -> CUDNN_DATA_FLOAT;
      case BFLOAT16 -> CUDNN_DATA_BFLOAT16;
    };
  }

  private Descriptor convolution(ConvolutionExtents e) {
    return kept("window", CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR)
        .setValues(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT)
        .setValues(
            CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_CROSS_CORRELATION)
        .setNumbers(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, 2)
        .setNumbers(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, e.padding(), e.padding())
        .setNumbers(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, e.padding(), e.padding())
        .setNumbers(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, e.stride(), e.stride())
        .setNumbers(CUDNN_ATTR_CONVOLUTION_DILATIONS, e.dilation(), e.dilation())
        .finish();
  }

  /** What joins the tensors. */
  Descriptor operation() {
    return operation;
  }

  @Override
  public void close() {
    for (int i = parts.size() - 1; i >= 0; i--) {
      parts.get(i).close();
    }
  }
}
