package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;

import longtail.Collective;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The derivative of a batch normalisation by oneDNN. With {@code z = (x - mean) / deviation} and
 * {@code a = scale / deviation} it is, before the rectifier's mask,
 *
 * <pre>a x' + (scale' - a mean(x' z)) z + shift' - a mean(x')</pre>
 *
 * per channel, without the means where the moments rest: one pass over memory for the two means,
 * one for the part in {@code z}, which is a normalisation with another scale and shift, and one to
 * add the part in {@code x'}.
 */
final class OneDnnNormalizationTangent implements AutoCloseable {
  private final NormalizationShape shape;
  private final Collective workers;
  private final int channels;
  private final Slot x;
  private final Slot y;
  private final Slot mean;
  private final Slot variance;
  private final Slot tangentY;
  private final Slot rowsX;
  private final Slot rowsY;
  private final Slot factors;
  private final Slot scale;
  private final Slot shift;
  private final FloatPointer ofInput;
  private final FloatPointer ofNormalized;
  private final FloatPointer constant;
  private final Compiled writeNormalized;
  private final Compiled addInput;
  private final Compiled mask;
  private OneDnnChannelSums sums;

  /** Of the products with the input, then of the tangents themselves, over all workers. */
  private final double[] message;

  /** {@code workers} is whose batches the moments are taken over. */
  OneDnnNormalizationTangent(NormalizationShape shape, Collective workers) {
    this.shape = shape;
    this.workers = workers;
    MapShape extents = shape.map();
    channels = Math.toIntExact(extents.channels());
    message = new double[2 * channels];
    memory.desc map = OneDnn.map(extents, memory.data_type.f32);
    memory.desc vector = OneDnn.floats(memory.format_tag.x, channels);
    // Factors for a whole row of pixels: oneDNN is slow where a vector is as short as the channels.
    long row = extents.width() * channels;
    memory.desc rows = OneDnn.floats(memory.format_tag.ab, extents.batch() * extents.height(), row);
    memory.desc rowOfFactors = OneDnn.floats(memory.format_tag.ab, 1, row);
    x = Slot.open(map);
    y = Slot.open(map);
    tangentY = Slot.open(map);
    rowsX = Slot.open(rows);
    rowsY = Slot.open(rows);
    mean = Slot.open(vector);
    variance = Slot.open(vector);
    ofInput = new FloatPointer(row);
    ofNormalized = new FloatPointer((long) channels);
    constant = new FloatPointer((long) channels);
    factors = at(rowOfFactors, ofInput);
    scale = at(vector, ofNormalized);
    shift = at(vector, constant);
    writeNormalized = compileNormalized(map);
    addInput = compileInput(rows, rowOfFactors);
    mask = shape.rectified() ? OneDnnResidual.mask(map, y, tangentY, tangentY) : null;
  }

  private static Slot at(memory.desc layout, FloatPointer numbers) {
    Slot slot = Slot.open(layout);
    slot.bind(numbers.address());
    return slot;
  }

  /** {@code tangentY = ofNormalized z + constant}. */
  private Compiled compileNormalized(memory.desc map) {
    batch_normalization_forward.primitive_desc description =
        new batch_normalization_forward.primitive_desc(
            OneDnn.CPU,
            prop_kind.forward_inference.value,
            map,
            map,
            (float) shape.epsilon(),
            normalization_flags.use_scale.value
                | normalization_flags.use_shift.value
                | normalization_flags.use_global_stats.value,
            OneDnn.attributes(),
            false);
    return new Compiled(new batch_normalization_forward(description), description)
        .with(DNNL_ARG_SRC, x)
        .with(DNNL_ARG_DST, tangentY)
        .with(DNNL_ARG_MEAN, mean)
        .with(DNNL_ARG_VARIANCE, variance)
        .with(DNNL_ARG_SCALE, scale)
        .with(DNNL_ARG_SHIFT, shift);
  }

  /** {@code tangentY += ofInput tangentX}. */
  private Compiled compileInput(memory.desc rows, memory.desc rowOfFactors) {
    post_ops adding = new post_ops();
    adding.append_sum();
    primitive_attr attributes = OneDnn.attributes();
    attributes.set_post_ops(adding);
    binary.primitive_desc description =
        new binary.primitive_desc(
            OneDnn.CPU, algorithm.binary_mul, rows, rowOfFactors, rows, attributes, false);
    return new Compiled(new binary(description), description)
        .with(DNNL_ARG_SRC_0, rowsX)
        .with(DNNL_ARG_SRC_1, factors)
        .with(DNNL_ARG_DST, rowsY);
  }

  /** {@code positions} is how many the moments are taken over. */
  void run(
      INDArray input,
      INDArray output,
      ScaleAndShift affine,
      Moments moments,
      long positions,
      INDArray tangentInput,
      ScaleAndShift tangentAffine,
      INDArray tangentOutput) {
    x.bind(input);
    y.bind(output);
    mean.bind(moments.mean());
    variance.bind(moments.variance());
    tangentY.bind(tangentOutput);
    if (tangentInput != null) {
      rowsX.bind(tangentInput);
      rowsY.bind(tangentOutput);
    }
    weigh(input, affine, moments, positions, tangentInput, tangentAffine);
    writeNormalized.run();
    if (tangentInput != null) {
      addInput.run();
    }
    if (mask != null) {
      mask.run();
    }
  }

  /** Computes the factors. */
  private void weigh(
      INDArray input,
      ScaleAndShift affine,
      Moments moments,
      long positions,
      INDArray tangentInput,
      ScaleAndShift tangentAffine) {
    boolean momentsMove = tangentInput != null && shape.ofBatch();
    if (momentsMove) {
      sum(input, tangentInput);
    }
    float[] means = numbers(moments.mean());
    float[] variances = numbers(moments.variance());
    float[] scales = numbers(affine.scale());
    float[] normalized = numbers(tangentAffine.scale());
    float[] constants = numbers(tangentAffine.shift());
    float[] row = new float[Math.toIntExact(shape.map().width()) * channels];
    double count = (double) positions;
    for (int c = 0; c < channels; c++) {
      double perDeviation = 1 / Math.sqrt(variances[c] + shape.epsilon());
      double factor = scales[c] * perDeviation;
      row[c] = (float) factor;
      if (momentsMove) {
        double meanTangent = message[channels + c] / count;
        double covariance = message[c] / count - means[c] * meanTangent;
        normalized[c] -= (float) (factor * perDeviation * covariance);
        constants[c] -= (float) (factor * meanTangent);
      }
    }
    for (int at = channels; at < row.length; at += channels) {
      System.arraycopy(row, 0, row, at, channels);
    }
    ofInput.put(row);
    ofNormalized.put(normalized);
    constant.put(constants);
  }

  private void sum(INDArray input, INDArray tangentInput) {
    if (sums == null) {
      sums = new OneDnnChannelSums(shape.map());
    }
    sums.run(input, tangentInput);
    for (int c = 0; c < channels; c++) {
      message[c] = sums.ofProducts(c);
      message[channels + c] = sums.ofSecond(c);
    }
    workers.sum(message);
  }

  private float[] numbers(INDArray vector) {
    float[] numbers = new float[channels];
    OneDnn.read(vector, numbers);
    return numbers;
  }

  @Override
  public void close() {
    writeNormalized.close();
    addInput.close();
    if (mask != null) {
      mask.close();
    }
    if (sums != null) {
      sums.close();
    }
    for (Slot slot :
        new Slot[] {x, y, mean, variance, tangentY, rowsX, rowsY, factors, scale, shift}) {
      slot.close();
    }
    ofInput.close();
    ofNormalized.close();
    constant.close();
  }
}
