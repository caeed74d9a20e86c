package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution by oneDNN: maps as they are, weights re-ordered into the layout that oneDNN likes
 * best. The primitives of the backward pass are compiled when first needed.
 */
final class OneDnnConvolution implements ConvolutionKernel {
  /** An implementation of oneDNN that does not go through matrix products. */
  private static final String DIRECT = "jit:avx512_core";

  private static final int FEW = 16;
  private static final int FEW_IF_STRIDED = 32;

  private final memory.desc source;
  private final memory.desc target;
  private final memory.desc plainWeights;
  private final memory.desc anyWeights;
  private final memory.desc anyGradient;
  private final boolean fewChannels;
  private final long[] strides;
  private final long[] gaps;
  private final long[] before;
  private final long[] after;
  private final convolution_forward.primitive_desc hint;
  private final Slot x;
  private final Slot y;
  private final Weights weights;
  private final Compiled forward;
  private DataGradient dataGradient;
  private WeightGradient weightGradient;
  private Tangent tangent;

  /** A convolution of maps of {@code type}; weights and their gradients are float32. */
  OneDnnConvolution(ConvolutionShape shape, memory.data_type type) {
    MapShape in = shape.input();
    MapShape out = shape.output();
    source = OneDnn.map(in, type);
    target = OneDnn.map(out, type);
    long[] extents = weightExtents(shape);
    plainWeights = plainWeights(shape);
    anyWeights = new memory.desc(extents, type, memory.format_tag.any);
    anyGradient = OneDnn.floats(memory.format_tag.any, extents);
    fewChannels = fewChannels(shape);
    strides = new long[] {shape.stride(), shape.stride()};
    gaps = new long[] {shape.dilation() - 1, shape.dilation() - 1};
    before = new long[] {shape.padding(), shape.padding()};
    after = paddingAfter(shape);
    hint = description(OneDnn.attributes());
    x = Slot.open(source);
    y = Slot.open(target);
    weights = new Weights(hint.weights_desc());
    forward = compile(hint, x, weights, y);
  }

  private convolution_forward.primitive_desc description(primitive_attr attributes) {
    return new convolution_forward.primitive_desc(
        OneDnn.CPU,
        prop_kind.forward_training,
        algorithm.convolution_direct,
        source,
        anyWeights,
        target,
        strides,
        gaps,
        before,
        after,
        attributes,
        false);
  }

  private static Compiled compile(
      convolution_forward.primitive_desc description, Slot from, Weights kernel, Slot to) {
    return new Compiled(new convolution_forward(description), description)
        .with(DNNL_ARG_SRC, from)
        .with(DNNL_ARG_WEIGHTS, kernel.ordered)
        .with(DNNL_ARG_DST, to);
  }

  /**
   * Whether the gradient of the input is faster without matrix products. Measured for 3x3 windows:
   * 16 channels 5.8 instead of 6.7 ms, 16 from 32 in steps of two 3.7 instead of 8.9, 32 from 64 in
   * steps of two 3.3 instead of 5.5; but 128 channels in steps of two 12 instead of 8.
   */
  private static boolean fewChannels(ConvolutionShape shape) {
    int few = shape.stride() > 1 ? FEW_IF_STRIDED : FEW;
    return shape.groups() == 1 && shape.window() > 1 && shape.input().channels() <= few;
  }

  /** The weights as parameters hold them. */
  static memory.desc plainWeights(ConvolutionShape shape) {
    return OneDnn.floats(
        shape.groups() == 1 ? memory.format_tag.oihw : memory.format_tag.goihw,
        weightExtents(shape));
  }

  /** With several groups the first extent is their number. */
  static long[] weightExtents(ConvolutionShape shape) {
    long[] weight = shape.weight();
    int groups = shape.groups();
    return groups == 1
        ? weight
        : new long[] {groups, weight[0] / groups, weight[1], weight[2], weight[3]};
  }

  /** Zeros behind the last row and column. */
  static long[] paddingAfter(ConvolutionShape shape) {
    MapShape in = shape.input();
    MapShape out = shape.output();
    return new long[] {
      paddingAfter(shape, in.height(), out.height()), paddingAfter(shape, in.width(), out.width())
    };
  }

  private static long paddingAfter(ConvolutionShape shape, long in, long out) {
    return (out - 1) * shape.stride() + shape.span() - in - shape.padding();
  }

  @Override
  public void forward(INDArray input, INDArray weight, INDArray output) {
    weights.load(weight);
    x.bind(input);
    y.bind(output);
    forward.run();
  }

  @Override
  public void backwardData(INDArray input, INDArray weight, INDArray gradY, INDArray gradX) {
    if (dataGradient == null) {
      dataGradient = new DataGradient();
    }
    dataGradient.run(weight, gradY, gradX);
  }

  @Override
  public void backwardWeight(INDArray input, INDArray weight, INDArray gradY, INDArray gradWeight) {
    if (weightGradient == null) {
      weightGradient = new WeightGradient();
    }
    weightGradient.run(input, gradY, gradWeight);
  }

  @Override
  public void tangent(
      INDArray input,
      INDArray tangentX,
      INDArray weight,
      INDArray tangentWeight,
      INDArray tangentY) {
    if (tangent == null) {
      tangent = new Tangent();
    }
    tangent.run(input, tangentX, weight, tangentWeight, tangentY);
  }

  @Override
  public void close() {
    forward.close();
    weights.close();
    x.close();
    y.close();
    if (dataGradient != null) {
      dataGradient.close();
    }
    if (weightGradient != null) {
      weightGradient.close();
    }
    if (tangent != null) {
      tangent.close();
    }
  }

  /** The weights in the layout of one primitive, which must run right after they are loaded. */
  private final class Weights implements AutoCloseable {
    private final Slot plain = Slot.open(plainWeights);
    private final long bytes;
    private final Slot ordered;
    private final Reorder reorder;

    Weights(memory.desc layout) {
      bytes = layout.get_size();
      ordered = Slot.open(layout);
      reorder = new Reorder(plainWeights, plain, layout, ordered);
    }

    void load(INDArray weight) {
      plain.bind(weight);
      ordered.bind(OneDnn.current().weights(bytes));
      reorder.run();
    }

    @Override
    public void close() {
      reorder.close();
      plain.close();
      ordered.close();
    }
  }

  private final class DataGradient implements AutoCloseable {
    private final Slot gradX = Slot.open(source);
    private final Slot gradY = Slot.open(target);
    private final Weights ordered;
    private final Compiled backward;

    DataGradient() {
      convolution_backward_data.primitive_desc description = chosen();
      ordered = new Weights(description.weights_desc());
      backward =
          new Compiled(new convolution_backward_data(description), description)
              .with(DNNL_ARG_DIFF_DST, gradY)
              .with(DNNL_ARG_WEIGHTS, ordered.ordered)
              .with(DNNL_ARG_DIFF_SRC, gradX);
    }

    /** What oneDNN puts first, unless there are too few channels for its matrix products. */
    private convolution_backward_data.primitive_desc chosen() {
      convolution_backward_data.primitive_desc first = description();
      if (!fewChannels) {
        return first;
      }
      convolution_backward_data.primitive_desc other = description();
      do {
        if (other.impl_info_str().getString().equals(DIRECT)) {
          first.close();
          return other;
        }
      } while (other.next_impl());
      other.close();
      return first;
    }

    private convolution_backward_data.primitive_desc description() {
      return new convolution_backward_data.primitive_desc(
          OneDnn.CPU,
          algorithm.convolution_direct,
          source,
          anyWeights,
          target,
          strides,
          gaps,
          before,
          after,
          hint,
          OneDnn.attributes(),
          false);
    }

    void run(INDArray weight, INDArray gradOutput, INDArray gradInput) {
      ordered.load(weight);
      gradY.bind(gradOutput);
      gradX.bind(gradInput);
      backward.run();
    }

    @Override
    public void close() {
      backward.close();
      ordered.close();
      gradX.close();
      gradY.close();
    }
  }

  private final class WeightGradient implements AutoCloseable {
    private final Slot input = Slot.open(source);
    private final Slot gradY = Slot.open(target);
    private final long bytes;
    private final Slot ordered;
    private final Slot plain = Slot.open(plainWeights);
    private final Compiled backward;
    private final Reorder reorder;

    WeightGradient() {
      convolution_backward_weights.primitive_desc description =
          new convolution_backward_weights.primitive_desc(
              OneDnn.CPU,
              algorithm.convolution_direct,
              source,
              anyGradient,
              target,
              strides,
              gaps,
              before,
              after,
              hint,
              OneDnn.attributes(),
              false);
      memory.desc layout = description.diff_weights_desc();
      bytes = layout.get_size();
      ordered = Slot.open(layout);
      backward =
          new Compiled(new convolution_backward_weights(description), description)
              .with(DNNL_ARG_SRC, input)
              .with(DNNL_ARG_DIFF_DST, gradY)
              .with(DNNL_ARG_DIFF_WEIGHTS, ordered);
      reorder = new Reorder(layout, ordered, plainWeights, plain);
    }

    void run(INDArray in, INDArray gradOutput, INDArray gradWeight) {
      input.bind(in);
      gradY.bind(gradOutput);
      plain.bind(gradWeight);
      ordered.bind(OneDnn.current().weights(bytes));
      backward.run();
      reorder.run();
    }

    @Override
    public void close() {
      backward.close();
      reorder.close();
      input.close();
      gradY.close();
      ordered.close();
      plain.close();
    }
  }

  /** Two forward convolutions, the second added to the first. */
  private final class Tangent implements AutoCloseable {
    private final Slot input = Slot.open(source);
    private final Slot output = Slot.open(target);
    private final Weights moving;
    private final Weights resting;
    private final Compiled write;
    private final Compiled add;

    Tangent() {
      moving = new Weights(hint.weights_desc());
      write = compile(hint, input, moving, output);
      primitive_attr adding = OneDnn.attributes();
      post_ops sum = new post_ops();
      sum.append_sum();
      adding.set_post_ops(sum);
      convolution_forward.primitive_desc description = description(adding);
      resting = new Weights(description.weights_desc());
      add = compile(description, input, resting, output);
    }

    void run(
        INDArray in,
        INDArray tangentX,
        INDArray weight,
        INDArray tangentWeight,
        INDArray tangentY) {
      moving.load(tangentWeight);
      input.bind(in);
      output.bind(tangentY);
      write.run();
      if (tangentX != null) {
        resting.load(weight);
        input.bind(tangentX);
        add.run();
      }
    }

    @Override
    public void close() {
      write.close();
      add.close();
      moving.close();
      resting.close();
      input.close();
      output.close();
    }
  }
}
