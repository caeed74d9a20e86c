package longtail.nn.kernel;

import longtail.Collective;
import longtail.nn.kernel.NormalizationShape.Statistics;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A batch normalisation by oneDNN over the batches of several workers, one message per pass. It
 * normalises with given moments, which are found before in a pass of their own over the input, and
 * adds to the gradient of the input what flows through them:
 *
 * <pre>
 * - a (mean(gradY) + mean(gradY z) z), with a = scale / deviation, z = (x - mean) / deviation
 * </pre>
 */
final class OneDnnSynchronizedNormalization implements NormalizationKernel {
  /**
   * The most that a squared mean may be of the variance for sums of squares: their float32 digits
   * are then enough for the difference of the two.
   */
  private static final double FAR = 16;

  private final NormalizationShape shape;
  private final Collective workers;
  private final OneDnnWidenedConvolution.Loan unused;
  private final int channels;
  private final OneDnnNormalization given;
  private final OneDnnChannelSums sums;
  private OneDnnNormalization ofOwnBatch;
  private OneDnnAffineAddition addition;
  private OneDnnNormalizationTangent tangent;
  private long allPositions;

  /** Positions; sum of each channel; sum of its squares. */
  private final double[] forwardMessage;

  /** Gradients of scale and shift. */
  private final double[] backwardMessage;

  private final float[] means;
  private final float[] variances;
  private final float[] scales;
  private final float[] shifts;

  /** {@code unused} lends memory for an output that nobody reads. */
  OneDnnSynchronizedNormalization(
      NormalizationShape shape, Collective workers, OneDnnWidenedConvolution.Loan unused) {
    this.shape = shape;
    this.workers = workers;
    this.unused = unused;
    channels = Math.toIntExact(shape.map().channels());
    allPositions = shape.map().positions();
    NormalizationShape resting =
        new NormalizationShape(shape.map(), shape.epsilon(), shape.activation(), Statistics.GIVEN);
    given = new OneDnnNormalization(resting, memory.data_type.f32);
    sums = new OneDnnChannelSums(shape.map());
    forwardMessage = new double[1 + 2 * channels];
    backwardMessage = new double[2 * channels];
    means = new float[channels];
    variances = new float[channels];
    scales = new float[channels];
    shifts = new float[channels];
  }

  @Override
  public void forward(INDArray x, ScaleAndShift affine, Moments moments, INDArray y) {
    if (sum(x)) {
      sumFarFromZero(x, affine, moments);
    }
    forwardMessage[0] = shape.map().positions();
    workers.sum(forwardMessage);
    double positions = forwardMessage[0];
    allPositions = (long) positions;
    for (int c = 0; c < channels; c++) {
      double mean = forwardMessage[1 + c] / positions;
      double square = forwardMessage[1 + channels + c] / positions;
      means[c] = (float) mean;
      variances[c] = (float) Math.max(0, square - mean * mean);
    }
    OneDnn.write(means, moments.mean());
    OneDnn.write(variances, moments.variance());
    given.forward(x, affine, moments, y);
  }

  /** Puts this worker's sums into the message; true if they are too far from zero. */
  private boolean sum(INDArray x) {
    sums.run(x, x);
    double positions = shape.map().positions();
    boolean far = false;
    for (int c = 0; c < channels; c++) {
      forwardMessage[1 + c] = sums.ofSecond(c);
      forwardMessage[1 + channels + c] = sums.ofProducts(c);
      double mean = sums.ofSecond(c) / positions;
      far |= mean * mean > FAR * (sums.ofProducts(c) / positions - mean * mean);
    }
    return far;
  }

  /** The same by oneDNN's normalisation, which takes squares of distances from the mean. */
  private void sumFarFromZero(INDArray x, ScaleAndShift affine, Moments moments) {
    if (ofOwnBatch == null) {
      ofOwnBatch = new OneDnnNormalization(shape, memory.data_type.f32);
    }
    ofOwnBatch.forward(x, affine, moments, unused.array(x.length()));
    OneDnn.read(moments.mean(), means);
    OneDnn.read(moments.variance(), variances);
    double positions = shape.map().positions();
    for (int c = 0; c < channels; c++) {
      double mean = means[c];
      forwardMessage[1 + c] = positions * mean;
      forwardMessage[1 + channels + c] = positions * (variances[c] + mean * mean);
    }
  }

  @Override
  public long positions() {
    return allPositions;
  }

  @Override
  public void backward(
      INDArray x,
      INDArray y,
      ScaleAndShift affine,
      Moments moments,
      INDArray gradY,
      INDArray gradX,
      ScaleAndShift gradAffine) {
    if (addition == null) {
      addition = new OneDnnAffineAddition(shape.map());
    }
    given.backward(x, y, affine, moments, gradY, gradX, gradAffine);
    OneDnn.read(gradAffine.scale(), scales);
    OneDnn.read(gradAffine.shift(), shifts);
    for (int c = 0; c < channels; c++) {
      backwardMessage[c] = scales[c];
      backwardMessage[channels + c] = shifts[c];
    }
    workers.sum(backwardMessage);
    OneDnn.read(moments.mean(), means);
    OneDnn.read(moments.variance(), variances);
    OneDnn.read(affine.scale(), scales);
    for (int c = 0; c < channels; c++) {
      double perDeviation = 1 / Math.sqrt(variances[c] + shape.epsilon());
      double slope = -scales[c] * perDeviation / allPositions;
      double factor = slope * backwardMessage[c] * perDeviation;
      scales[c] = (float) factor;
      shifts[c] = (float) (slope * backwardMessage[channels + c] - factor * means[c]);
    }
    addition.run(x, scales, shifts, gradX);
  }

  @Override
  public void tangent(
      INDArray x,
      INDArray y,
      ScaleAndShift affine,
      Moments moments,
      INDArray tangentX,
      ScaleAndShift tangentAffine,
      INDArray tangentY) {
    if (tangent == null) {
      tangent = new OneDnnNormalizationTangent(shape, workers);
    }
    tangent.run(x, y, affine, moments, allPositions, tangentX, tangentAffine, tangentY);
  }

  @Override
  public void close() {
    given.close();
    sums.close();
    if (ofOwnBatch != null) {
      ofOwnBatch.close();
    }
    if (addition != null) {
      addition.close();
    }
    if (tangent != null) {
      tangent.close();
    }
  }
}
