package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.Arrays;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Sums over all positions of each channel, in one pass over two maps: of the products of both maps
 * and of the second one. They are the gradients of weight and bias of a convolution that has a
 * window of one pixel and as many groups as channels. oneDNN adds up in float32, one position after
 * the other, so it is given a few images at a time, whose sums are added up in float64.
 */
final class OneDnnChannelSums implements AutoCloseable {
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};

  private static final int IMAGES = 8;

  private final long bytes;
  private final long parts;
  private final Slot first;
  private final Slot second;
  private final FloatPointer partOfProducts;
  private final FloatPointer partOfSeconds;
  private final Slot productSlot;
  private final Slot secondSlot;
  private final Compiled sum;
  private final double[] products;
  private final double[] seconds;

  OneDnnChannelSums(MapShape shape) {
    long images = together(shape.batch());
    long channels = shape.channels();
    MapShape part = new MapShape(images, shape.height(), shape.width(), channels);
    memory.desc map = OneDnn.map(part, memory.data_type.f32);
    bytes = map.get_size();
    parts = shape.batch() / images;
    first = Slot.open(map);
    second = Slot.open(map);
    products = new double[(int) channels];
    seconds = new double[(int) channels];
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
    partOfProducts = new FloatPointer(layout.get_size() / Float.BYTES);
    partOfSeconds = new FloatPointer(channels);
    productSlot = Slot.open(layout);
    productSlot.bind(partOfProducts.address());
    secondSlot = Slot.open(bias);
    secondSlot.bind(partOfSeconds.address());
    sum =
        new Compiled(new convolution_backward_weights(description), description)
            .with(DNNL_ARG_SRC, first)
            .with(DNNL_ARG_DIFF_DST, second)
            .with(DNNL_ARG_DIFF_WEIGHTS, productSlot)
            .with(DNNL_ARG_DIFF_BIAS, secondSlot);
  }

  /** The most images, up to {@link #IMAGES}, that the batch is a multiple of. */
  private static long together(long batch) {
    long images = Math.min(IMAGES, batch);
    while (batch % images != 0) {
      images--;
    }
    return images;
  }

  /** Sums over {@code x} and {@code y}. */
  void run(INDArray x, INDArray y) {
    Arrays.fill(products, 0);
    Arrays.fill(seconds, 0);
    for (long part = 0; part < parts; part++) {
      first.bind(Slot.address(x) + part * bytes);
      second.bind(Slot.address(y) + part * bytes);
      sum.run();
      for (int c = 0; c < products.length; c++) {
        products[c] += partOfProducts.get(c);
        seconds[c] += partOfSeconds.get(c);
      }
    }
  }

  /** Sum of the products in {@code channel}. */
  double ofProducts(int channel) {
    return products[channel];
  }

  /** Sum of the second map in {@code channel}. */
  double ofSecond(int channel) {
    return seconds[channel];
  }

  @Override
  public void close() {
    sum.close();
    for (Slot slot : new Slot[] {first, second, productSlot, secondSlot}) {
      slot.close();
    }
    partOfProducts.close();
    partOfSeconds.close();
  }
}
