package longtail.nn.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.nn.kernel.cuda.ProcessorDevice.Order;
import longtail.optim.Adam;
import longtail.optim.Optimizer;
import longtail.optim.Sgd;
import longtail.optim.Span;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Steps and averages of our CUDA source, run on the processor, are those of the host. */
class VectorKernelsTest {
  private static final int LENGTH = 10_007;
  private static final float RATE = 0.1f;
  private static final double RELATIVE = 1e-6;

  private final SplittableRandom random = RandomStreams.of(5);
  private final Device device = device();
  private final Room room = new Room(device);
  private final VectorKernels kernels = new VectorKernels(device, room);

  private static Device device() {
    Device device = ProcessorDevice.of(MapNumbers.FLOAT32, Order.BACKWARD).orElse(null);
    assumeThat(device).as("a C++ compiler, which this host lacks").isNotNull();
    return device;
  }

  @AfterEach
  void nobodyWroteBesideItsMemory() {
    device.close();
  }

  private float[] normal() {
    float[] numbers = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      numbers[i] = (float) RandomStreams.gaussian(random);
    }
    return numbers;
  }

  private long upload(float... numbers) {
    long address = device.allocate((long) numbers.length * Float.BYTES);
    try (FloatPointer pointer = new FloatPointer(numbers)) {
      device.upload(pointer, address, (long) numbers.length * Float.BYTES);
    }
    return address;
  }

  private float[] download(long address) {
    float[] numbers = new float[LENGTH];
    try (FloatPointer pointer = new FloatPointer((long) LENGTH)) {
      device.download(address, pointer, (long) LENGTH * Float.BYTES);
      pointer.get(numbers);
    }
    return numbers;
  }

  private static void agree(float[] actual, INDArray expected) {
    double scale = 1 + expected.amaxNumber().doubleValue();
    for (int i = 0; i < LENGTH; i++) {
      assertThat(Math.abs(actual[i] - expected.getDouble(i)) / scale).isLessThan(RELATIVE);
    }
  }

  private static INDArray vector(float[] numbers) {
    return Nd4j.createFromArray(numbers.clone());
  }

  private static void step(
      Optimizer optimizer, INDArray weights, INDArray gradients, INDArray state, int iteration) {
    optimizer.step(
        weights, gradients, state, RATE, java.util.List.of(new Span(0, LENGTH)), iteration);
  }

  @Test
  void plainDescentIsThatOfTheHost() {
    float[] w = normal();
    float[] g = normal();
    INDArray expected = vector(w);
    step(new Sgd(RATE, 0, false, 5e-4), expected, vector(g), null, 0);
    long weights = upload(w);
    kernels.descend(weights, upload(g), RATE, 5e-4f, LENGTH);
    agree(download(weights), expected);
  }

  @Test
  void momentumAndLookingAheadAreThoseOfTheHost() {
    for (boolean nesterov : new boolean[] {false, true}) {
      float[] w = normal();
      INDArray expected = vector(w);
      INDArray state = Nd4j.zeros(DataType.FLOAT, LENGTH);
      long weights = upload(w);
      long velocities = upload(new float[LENGTH]);
      for (int iteration = 0; iteration < 3; iteration++) {
        float[] g = normal();
        step(new Sgd(RATE, 0.9, nesterov, 5e-4), expected, vector(g), state, iteration);
        kernels.descendWithMomentum(
            weights,
            upload(g),
            velocities,
            RATE,
            0.9f,
            5e-4f,
            nesterov ? 1 : 0,
            nesterov ? 0.9f : 1,
            LENGTH);
      }
      agree(download(weights), expected);
      agree(download(velocities), state);
    }
  }

  @Test
  void adamIsThatOfTheHost() {
    float[] w = normal();
    INDArray expected = vector(w);
    INDArray state = Nd4j.zeros(DataType.FLOAT, 2 * LENGTH);
    long weights = upload(w);
    long means = upload(new float[LENGTH]);
    long squares = upload(new float[LENGTH]);
    for (int iteration = 0; iteration < 3; iteration++) {
      float[] g = normal();
      step(new Adam(RATE, 0.9, 0.999, 1e-8, 1e-4), expected, vector(g), state, iteration);
      double steps = iteration + 1;
      kernels.descendByMoments(
          weights,
          upload(g),
          means,
          squares,
          new VectorKernels.MomentFactors(
              (float) (RATE / (1 - Math.pow(0.9, steps))),
              0.9f,
              (float) (1 - 0.9),
              0.999f,
              (float) (1 - 0.999),
              (float) Math.sqrt(1 - Math.pow(0.999, steps)),
              1e-8f,
              1e-4f),
          LENGTH);
    }
    agree(download(weights), expected);
  }

  @Test
  void movesFillsAndSums() {
    float[] target = normal();
    float[] other = normal();
    long address = upload(target);
    kernels.move(address, upload(other), 0.9f, 0.1f, LENGTH);
    agree(download(address), vector(target).muli(0.9).addi(vector(other).muli(0.1)));
    kernels.fill(address, -3.5f, LENGTH);
    assertThat(download(address)).containsOnly(-3.5f);
  }

  @Test
  void sumsOfSquaresTellWhetherAllNumbersAreFinite() {
    float[] numbers = normal();
    double expected = 0;
    for (float number : numbers) {
      expected += (double) number * number;
    }
    assertThat(kernels.sumOfSquares(upload(numbers), LENGTH) / expected)
        .isCloseTo(1, org.assertj.core.data.Offset.offset(1e-12));
    Arrays.fill(numbers, Float.MAX_VALUE);
    assertThat(kernels.sumOfSquares(upload(numbers), LENGTH)).isFinite();
    numbers[LENGTH - 1] = Float.NaN;
    assertThat(kernels.sumOfSquares(upload(numbers), LENGTH)).isNotFinite();
    numbers[LENGTH - 1] = Float.NEGATIVE_INFINITY;
    assertThat(kernels.sumOfSquares(upload(numbers), LENGTH)).isNotFinite();
  }
}
