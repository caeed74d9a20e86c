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
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code y += factor x + addend} per channel, in one pass over memory: a convolution with a window
 * of one pixel and as many groups as channels, which takes half the time of a chain of elementwise
 * operations. A row of pixels is one pixel to it, because it is slow where channels are few.
 */
final class OneDnnAffineAddition implements AutoCloseable {
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};

  private final Slot x;
  private final Slot y;
  private final FloatPointer factors;
  private final FloatPointer addends;
  private final Slot factorSlot;
  private final Slot addendSlot;
  private final Compiled add;
  private final float[] row;

  OneDnnAffineAddition(MapShape shape) {
    long channels = shape.width() * shape.channels();
    memory.desc map =
        OneDnn.map(
            new MapShape(1, 1, shape.batch() * shape.height(), channels), memory.data_type.f32);
    memory.desc bias = OneDnn.floats(memory.format_tag.x, channels);
    post_ops adding = new post_ops();
    adding.append_sum();
    primitive_attr attributes = OneDnn.attributes();
    attributes.set_post_ops(adding);
    convolution_forward.primitive_desc description =
        new convolution_forward.primitive_desc(
            OneDnn.CPU,
            prop_kind.forward_inference,
            algorithm.convolution_direct,
            map,
            OneDnn.floats(memory.format_tag.any, channels, 1, 1, 1, 1),
            bias,
            map,
            ONE,
            ZERO,
            ZERO,
            ZERO,
            attributes,
            false);
    memory.desc layout = description.weights_desc();
    row = new float[Math.toIntExact(channels)];
    // Whole blocks of channels; a channel's number is its place in every layout of such weights.
    factors = new FloatPointer(layout.get_size() / Float.BYTES);
    factors.zero();
    addends = new FloatPointer(channels);
    x = Slot.open(map);
    y = Slot.open(map);
    factorSlot = Slot.open(layout);
    factorSlot.bind(factors.address());
    addendSlot = Slot.open(bias);
    addendSlot.bind(addends.address());
    add =
        new Compiled(new convolution_forward(description), description)
            .with(DNNL_ARG_SRC, x)
            .with(DNNL_ARG_WEIGHTS, factorSlot)
            .with(DNNL_ARG_BIAS, addendSlot)
            .with(DNNL_ARG_DST, y);
  }

  /** {@code target += factor input + addend}. */
  void run(INDArray input, float[] factor, float[] addend, INDArray target) {
    x.bind(input);
    y.bind(target);
    repeat(factor, factors);
    repeat(addend, addends);
    add.run();
  }

  private void repeat(float[] ofChannels, FloatPointer ofRow) {
    for (int at = 0; at < row.length; at += ofChannels.length) {
      System.arraycopy(ofChannels, 0, row, at, ofChannels.length);
    }
    ofRow.put(row);
  }

  @Override
  public void close() {
    add.close();
    for (Slot slot : new Slot[] {x, y, factorSlot, addendSlot}) {
      slot.close();
    }
    factors.close();
    addends.close();
  }
}
