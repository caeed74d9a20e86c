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
 * the other, so it is given a part of the map at a time, some neighbours in it as channels of their
 * own: that is faster where channels are few, too. The sums of all of them are added up in float64.
 */
final class OneDnnChannelSums implements AutoCloseable {
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};

  /** Numbers of neighbouring positions that are about best taken for channels. */
  private static final long WIDTH = 256;

  /** Numbers that oneDNN may add up in float32. */
  private static final long TOGETHER = 4096;

  private final long bytes;
  private final long parts;
  private final Slot first;
  private final Slot second;
  private final FloatPointer partOfProducts;
  private final FloatPointer partOfSeconds;
  private final Slot productSlot;
  private final Slot secondSlot;
  private final Compiled sum;
  private final float[] ofProducts;
  private final float[] ofSeconds;
  private final double[] products;
  private final double[] seconds;

  OneDnnChannelSums(MapShape shape) {
    long neighbours = divisor(shape.positions(), WIDTH / shape.channels());
    long rows = divisor(shape.positions() / neighbours, TOGETHER);
    long channels = neighbours * shape.channels();
    parts = shape.positions() / neighbours / rows;
    MapShape part = new MapShape(1, 1, rows, channels);
    memory.desc map = OneDnn.map(part, memory.data_type.f32);
    bytes = map.get_size();
    first = Slot.open(map);
    second = Slot.open(map);
    products = new double[Math.toIntExact(shape.channels())];
    seconds = new double[products.length];
    ofProducts = new float[Math.toIntExact(channels)];
    ofSeconds = new float[ofProducts.length];
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

  /** The largest divisor of {@code number} that is at most {@code most}, or 1. */
  private static long divisor(long number, long most) {
    long divisor = Math.max(1, Math.min(most, number));
    while (number % divisor != 0) {
      divisor--;
    }
    return divisor;
  }

  /** Sums over {@code x} and {@code y}. */
  void run(INDArray x, INDArray y) {
    Arrays.fill(products, 0);
    Arrays.fill(seconds, 0);
    for (long part = 0; part < parts; part++) {
      first.bind(Slot.address(x) + part * bytes);
      second.bind(Slot.address(y) + part * bytes);
      sum.run();
      add(partOfProducts, ofProducts, products);
      add(partOfSeconds, ofSeconds, seconds);
    }
  }

  private static void add(FloatPointer part, float[] numbers, double[] sums) {
    part.get(numbers);
    for (int i = 0; i < numbers.length; i += sums.length) {
      for (int c = 0; c < sums.length; c++) {
        sums[c] += numbers[i + c];
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
