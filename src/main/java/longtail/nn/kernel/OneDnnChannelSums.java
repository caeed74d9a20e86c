package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Sums over all positions of each channel, in one pass over two maps: of the products of both maps
 * and of the second one. They are the gradients of weight and bias of a convolution that has a
 * window of one pixel and as many groups as channels.
 */
final class OneDnnChannelSums implements AutoCloseable {
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};

  private final FloatPointer products;
  private final FloatPointer seconds;
  private final Slot productSlot;
  private final Slot secondSlot;
  private final Compiled sum;

  /** Of the maps that are at {@code first} and {@code second} when it runs. */
  OneDnnChannelSums(MapShape shape, Slot first, Slot second) {
    long channels = shape.channels();
    memory.desc map = OneDnn.map(shape, memory.data_type.f32);
    memory.desc weight = OneDnn.floats(memory.format_tag.any, channels, 1, 1, 1, 1);
    memory.desc bias = OneDnn.floats(memory.format_tag.x, channels);
    convolution_forward.primitive_desc hint =
        new convolution_forward.primitive_desc(
            OneDnn.CPU,
            prop_kind.forward_training,
            algorithm.convolution_direct,
            map,
            weight,
            bias,
            map,
            ONE,
            ZERO,
            ZERO,
            ZERO,
            OneDnn.attributes(),
            false);
    convolution_backward_weights.primitive_desc description =
        new convolution_backward_weights.primitive_desc(
            OneDnn.CPU,
            algorithm.convolution_direct,
            map,
            weight,
            bias,
            map,
            ONE,
            ZERO,
            ZERO,
            ZERO,
            hint,
            OneDnn.attributes(),
            false);
    memory.desc layout = description.diff_weights_desc();
    // Whole blocks of channels; a channel's number is its place in every layout of such weights.
    products = new FloatPointer(layout.get_size() / Float.BYTES);
    seconds = new FloatPointer(channels);
    productSlot = Slot.open(layout);
    productSlot.bind(products.address());
    secondSlot = Slot.open(bias);
    secondSlot.bind(seconds.address());
    sum =
        new Compiled(new convolution_backward_weights(description), description)
            .with(DNNL_ARG_SRC, first)
            .with(DNNL_ARG_DIFF_DST, second)
            .with(DNNL_ARG_DIFF_WEIGHTS, productSlot)
            .with(DNNL_ARG_DIFF_BIAS, secondSlot);
  }

  void run() {
    sum.run();
  }

  /** Sum of the products in {@code channel}. */
  double ofProducts(int channel) {
    return products.get(channel);
  }

  /** Sum of the second map in {@code channel}. */
  double ofSecond(int channel) {
    return seconds.get(channel);
  }

  @Override
  public void close() {
    sum.close();
    productSlot.close();
    secondSlot.close();
    products.close();
    seconds.close();
  }
}
