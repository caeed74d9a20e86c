package longtail.nn.kernel;

import longtail.Collective;
import longtail.nn.kernel.cuda.ChannelKernels;
import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.Room;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A batch normalisation by our own CUDA source, whose maps are on the device. Forward it reads the
 * map once for the moments and once to normalise; backward once for the sums and once for the
 * gradient.
 */
final class CudaNormalization implements NormalizationKernel {
  private final NormalizationShape shape;
  private final Device device;
  private final Collective workers;
  private final ChannelKernels kernels;
  private final int channels;
  private final long sums;
  private long allPositions;
  private boolean closed;

  /** {@code workers} is whose batches the moments are taken over. */
  CudaNormalization(NormalizationShape shape, Device device, Room room, Collective workers) {
    this.shape = shape;
    this.device = device;
    this.workers = workers;
    channels = Math.toIntExact(shape.map().channels());
    allPositions = shape.map().positions();
    kernels = new ChannelKernels(device, room, allPositions, channels);
    sums = device.allocate(2L * channels * Float.BYTES);
  }

  @Override
  public void forward(INDArray x, ScaleAndShift affine, Moments moments, INDArray y) {
    if (shape.ofBatch()) {
      kernels.moments(
          Slot.address(x), Slot.address(moments.mean()), Slot.address(moments.variance()));
      if (workers.workers() > 1) {
        share(moments);
      }
    }
    kernels.normalize(
        Slot.address(x), 0, Slot.address(y), numbers(affine, moments), shape.rectified());
  }

  private ChannelKernels.Numbers numbers(ScaleAndShift affine, Moments moments) {
    return new ChannelKernels.Numbers(
        Slot.address(affine.scale()),
        Slot.address(affine.shift()),
        Slot.address(moments.mean()),
        Slot.address(moments.variance()),
        (float) shape.epsilon());
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
    long output = rectifiedOutput(y);
    long gradShift = Slot.address(gradAffine.shift());
    long gradScale = Slot.address(gradAffine.scale());
    ChannelKernels.Numbers numbers = numbers(affine, moments);
    kernels.gradientSums(
        Slot.address(x), output, Slot.address(gradY), numbers, gradShift, gradScale);
    boolean shared = shape.ofBatch() && workers.workers() > 1;
    if (shared) {
      share(gradShift, gradScale);
    }
    kernels.normalizeBackward(
        Slot.address(x),
        output,
        Slot.address(gradY),
        Slot.address(gradX),
        0,
        numbers,
        shared ? sums : gradShift,
        shared ? products() : gradScale,
        perPosition());
  }

  /** Where the gradient stops, or 0 if nowhere. */
  private long rectifiedOutput(INDArray y) {
    return shape.rectified() ? Slot.address(y) : 0;
  }

  private float perPosition() {
    return shape.ofBatch() ? (float) (1.0 / allPositions) : 0;
  }

  private long products() {
    return sums + (long) channels * Float.BYTES;
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
    ChannelKernels.Numbers numbers = numbers(affine, moments);
    long tangentInput = tangentX == null ? 0 : Slot.address(tangentX);
    if (tangentX != null && shape.ofBatch()) {
      kernels.gradientSums(Slot.address(x), 0, tangentInput, numbers, sums, products());
      if (workers.workers() > 1) {
        share(sums, products());
      }
    }
    kernels.normalizeTangent(
        Slot.address(x),
        rectifiedOutput(y),
        tangentInput,
        Slot.address(tangentY),
        numbers,
        Slot.address(tangentAffine.scale()),
        Slot.address(tangentAffine.shift()),
        sums,
        products(),
        perPosition());
  }

  /** Makes the moments those of all workers. */
  private void share(Moments moments) {
    long own = shape.map().positions();
    long mean = Slot.address(moments.mean());
    long variance = Slot.address(moments.variance());
    try (FloatPointer means = numbersAt(mean);
        FloatPointer variances = numbersAt(variance)) {
      double[] message = new double[1 + 2 * channels];
      message[0] = own;
      for (int c = 0; c < channels; c++) {
        double m = means.get(c);
        message[1 + c] = own * m;
        message[1 + channels + c] = own * (variances.get(c) + m * m);
      }
      workers.sum(message);
      allPositions = (long) message[0];
      for (int c = 0; c < channels; c++) {
        double m = message[1 + c] / allPositions;
        means.put(c, (float) m);
        variances.put(c, (float) Math.max(0, message[1 + channels + c] / allPositions - m * m));
      }
      write(means, mean);
      write(variances, variance);
    }
  }

  /** Puts the sums over the workers of what is at two addresses into {@link #sums}. */
  private void share(long first, long second) {
    try (FloatPointer one = numbersAt(first);
        FloatPointer other = numbersAt(second)) {
      double[] message = new double[2 * channels];
      for (int c = 0; c < channels; c++) {
        message[c] = one.get(c);
        message[channels + c] = other.get(c);
      }
      workers.sum(message);
      for (int c = 0; c < channels; c++) {
        one.put(c, (float) message[c]);
        other.put(c, (float) message[channels + c]);
      }
      write(one, sums);
      write(other, products());
    }
  }

  private FloatPointer numbersAt(long address) {
    FloatPointer numbers = new FloatPointer((long) channels);
    device.download(address, numbers, (long) channels * Float.BYTES);
    return numbers;
  }

  private void write(FloatPointer numbers, long address) {
    device.upload(numbers, address, (long) channels * Float.BYTES);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      device.free(sums);
    }
  }
}
