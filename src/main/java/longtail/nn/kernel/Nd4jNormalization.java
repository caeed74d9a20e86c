package longtail.nn.kernel;

import longtail.Collective;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.same.Sign;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A batch normalisation by ND4J on the map as a matrix {@code [positions, channels]}; sums over
 * positions are products with a row of ones, much faster than reductions.
 */
final class Nd4jNormalization implements NormalizationKernel {
  private final NormalizationShape shape;
  private final long positions;
  private final long channels;
  private final Collective workers;
  private long allPositions;
  private final INDArray ones;
  private final INDArray normalized;
  private final INDArray masked;
  private final INDArray product;
  private final INDArray first;
  private final INDArray second;

  /** Positions, then two numbers of each channel. */
  private final double[] message;

  Nd4jNormalization(NormalizationShape shape, DataType type, Collective workers) {
    this.shape = shape;
    this.workers = workers;
    positions = shape.map().positions();
    allPositions = positions;
    channels = shape.map().channels();
    ones = Scratch.ones(type, 1, positions);
    normalized = Scratch.array(type, positions, channels);
    masked = Scratch.array(type, positions, channels);
    product = Scratch.array(type, positions, channels);
    first = Scratch.array(type, channels);
    second = Scratch.array(type, channels);
    message = new double[Math.toIntExact(1 + 2 * channels)];
  }

  @Override
  public void forward(INDArray x, ScaleAndShift affine, Moments moments, INDArray y) {
    INDArray out = matrix(y);
    out.assign(matrix(x));
    if (shape.ofBatch()) {
      sum(out, moments.mean(), 1.0 / positions);
      out.subiRowVector(moments.mean());
      product.assign(out).muli(out);
      sum(product, moments.variance(), 1.0 / positions);
      if (workers.workers() > 1) {
        out.addiRowVector(share(moments));
      }
    } else {
      out.subiRowVector(moments.mean());
    }
    out.muliRowVector(inverseDeviation(moments).muli(affine.scale()));
    out.addiRowVector(affine.shift());
    if (shape.rectified()) {
      Transforms.relu(out, false);
    }
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
    INDArray deviation = inverseDeviation(moments);
    normalized.assign(matrix(x));
    normalized.subiRowVector(moments.mean());
    normalized.muliRowVector(deviation);
    if (shape.rectified()) {
      Nd4j.getExecutioner().exec(new Sign(matrix(y), masked));
      masked.muli(matrix(gradY));
    } else {
      masked.assign(matrix(gradY));
    }
    product.assign(masked).muli(normalized);
    sum(product, gradAffine.scale(), 1);
    sum(masked, gradAffine.shift(), 1);
    INDArray out = matrix(gradX);
    out.assign(masked);
    if (shape.ofBatch()) {
      first.assign(gradAffine.scale());
      second.assign(gradAffine.shift());
      share(first, second);
      normalized.muliRowVector(first);
      normalized.addiRowVector(second);
      out.subi(normalized.divi(allPositions));
    }
    out.muliRowVector(deviation.muli(affine.scale()));
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
    INDArray deviation = inverseDeviation(moments);
    normalized.assign(matrix(x));
    normalized.subiRowVector(moments.mean());
    normalized.muliRowVector(deviation);
    INDArray out = matrix(tangentY);
    out.assign(normalized);
    out.muliRowVector(tangentAffine.scale());
    out.addiRowVector(tangentAffine.shift());
    if (tangentX != null) {
      addTangentOfInput(matrix(tangentX), deviation.muli(affine.scale()), out);
    }
    if (shape.rectified()) {
      Nd4j.getExecutioner().exec(new Sign(matrix(y), masked));
      out.muli(masked);
    }
  }

  /**
   * With the batch's moments the map from input to output is symmetric, as in the backward pass.
   */
  private void addTangentOfInput(INDArray tangentX, INDArray slope, INDArray out) {
    masked.assign(tangentX);
    if (shape.ofBatch()) {
      product.assign(tangentX).muli(normalized);
      sum(product, first, 1.0 / allPositions);
      sum(tangentX, second, 1.0 / allPositions);
      share(first, second);
      masked.subi(normalized.muliRowVector(first));
      masked.subiRowVector(second);
    }
    out.addi(masked.muliRowVector(slope));
  }

  @Override
  public long positions() {
    return allPositions;
  }

  /** Makes the moments those of all workers; returns the old mean less the new one. */
  private INDArray share(Moments moments) {
    INDArray mean = moments.mean();
    INDArray variance = moments.variance();
    first.assign(mean);
    mean.muli(positions);
    variance.addi(second.assign(first).muli(first)).muli(positions);
    allPositions = share(mean, variance);
    mean.divi(allPositions);
    variance.divi(allPositions).subi(second.assign(mean).muli(mean));
    Transforms.max(variance, 0, false);
    return first.subi(mean);
  }

  /** Replaces both by their sums over the workers, in one message; returns all positions. */
  private long share(INDArray one, INDArray other) {
    if (workers.workers() == 1) {
      return positions;
    }
    int size = Math.toIntExact(channels);
    message[0] = positions;
    for (int c = 0; c < size; c++) {
      message[1 + c] = one.getDouble(c);
      message[1 + size + c] = other.getDouble(c);
    }
    workers.sum(message);
    for (int c = 0; c < size; c++) {
      one.putScalar(c, message[1 + c]);
      other.putScalar(c, message[1 + size + c]);
    }
    return (long) message[0];
  }

  private INDArray inverseDeviation(Moments moments) {
    return Transforms.pow(moments.variance().add(shape.epsilon()), -0.5, false);
  }

  private void sum(INDArray matrix, INDArray result, double factor) {
    Nd4j.gemm(ones, matrix, result.reshape('c', new long[] {1, channels}), false, false, factor, 0);
  }

  private INDArray matrix(INDArray map) {
    return map.reshape('c', new long[] {positions, channels});
  }

  @Override
  public void close() {
    Scratch.release(ones);
    Scratch.release(normalized);
    Scratch.release(masked);
    Scratch.release(product);
    Scratch.release(first);
    Scratch.release(second);
  }
}
