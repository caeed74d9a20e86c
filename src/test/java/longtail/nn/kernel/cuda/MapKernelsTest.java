package longtail.nn.kernel.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.nn.kernel.cuda.ProcessorDevice.Order;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of our CUDA source no network asks for yet, run on the processor, against float64. */
class MapKernelsTest {
  private static final double RELATIVE = 1e-5;
  private final SplittableRandom random = RandomStreams.of(3);

  private static Device device(Order order) {
    Device device = ProcessorDevice.of(MapNumbers.FLOAT32, order).orElse(null);
    assumeThat(device).as("a C++ compiler, which this host lacks").isNotNull();
    return device;
  }

  private static long upload(Device device, float... numbers) {
    long address = device.allocate((long) numbers.length * Float.BYTES);
    try (FloatPointer pointer = new FloatPointer(numbers)) {
      device.upload(pointer, address, (long) numbers.length * Float.BYTES);
    }
    return address;
  }

  private static float[] download(Device device, long address, int length) {
    float[] numbers = new float[length];
    try (FloatPointer pointer = new FloatPointer((long) length)) {
      device.download(address, pointer, (long) length * Float.BYTES);
      pointer.get(numbers);
    }
    return numbers;
  }

  @Test
  void imagesOfBytesBecomeStandardizedMapsWithMoreChannels() {
    try (Device device = device(Order.FORWARD)) {
      int positions = 35;
      byte[] pixels = new byte[3 * positions];
      random.nextBytes(pixels);
      float[] mean = {0.4914f, 0.4822f, 0.4465f};
      float[] deviation = {0.2023f, 0.1994f, 0.2010f};
      long images = device.allocate(pixels.length);
      try (BytePointer pointer = new BytePointer(pixels)) {
        device.upload(pointer, images, pixels.length);
      }
      long maps = device.allocate(4L * positions * Float.BYTES);
      new MapKernels(device)
          .standardize(
              images, maps, upload(device, mean), upload(device, deviation), 3, 4, positions);
      float[] found = download(device, maps, 4 * positions);
      for (int i = 0; i < found.length; i++) {
        int c = i % 4;
        double expected =
            c == 3 ? 0 : ((pixels[i / 4 * 3 + c] & 0xFF) / 255.0 - mean[c]) / deviation[c];
        assertThat((double) found[i])
            .isCloseTo(expected, org.assertj.core.data.Offset.offset(RELATIVE));
      }
    }
  }

  /**
   * The end of a residual block in one pass each way: {@code y = max(0, normalised x + addend)}.
   */
  @ParameterizedTest
  @CsvSource({"37, 16", "600, 8", "5, 7", "1000, 36"})
  void normalisationSumAndRectifierInOnePassAreThoseOneAfterTheOther(int positions, int channels) {
    float[][] forward = inOnePass(positions, channels, Order.FORWARD);
    float[][] backward = inOnePass(positions, channels, Order.BACKWARD);
    assertThat(backward).as("whatever the order of threads").isDeepEqualTo(forward);
  }

  private float[][] inOnePass(int positions, int channels, Order order) {
    SplittableRandom same = RandomStreams.of(31);
    int length = positions * channels;
    float[] x = gaussian(same, length, 3);
    float[] addend = gaussian(same, length, 0);
    float[] gradient = gaussian(same, length, 0);
    float[] scale = gaussian(same, channels, 1);
    float[] shift = gaussian(same, channels, 0);
    try (Device device = device(order);
        Room room = new Room(device)) {
      ChannelKernels kernels = new ChannelKernels(device, room, positions, channels);
      long vectors = 4L * channels;
      long mean = device.allocate(vectors);
      long variance = device.allocate(vectors);
      long sums = device.allocate(vectors);
      long products = device.allocate(vectors);
      long y = device.allocate(4L * length);
      long gradX = device.allocate(4L * length);
      long gradAddend = device.allocate(4L * length);
      long input = upload(device, x);
      long gradY = upload(device, gradient);
      ChannelKernels.Numbers numbers =
          new ChannelKernels.Numbers(
              upload(device, scale), upload(device, shift), mean, variance, 1e-5f);
      kernels.moments(input, mean, variance);
      kernels.normalize(input, upload(device, addend), y, numbers, true);
      kernels.gradientSums(input, y, gradY, numbers, sums, products);
      kernels.normalizeBackward(
          input, y, gradY, gradX, gradAddend, numbers, sums, products, 1f / positions);
      float[][] found = {
        download(device, y, length),
        download(device, gradX, length),
        download(device, gradAddend, length)
      };
      requireExact(x, addend, gradient, scale, shift, found);
      return found;
    }
  }

  private static float[] gaussian(SplittableRandom random, int length, float mean) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = mean + (float) RandomStreams.gaussian(random);
    }
    return numbers;
  }

  private static void requireExact(
      float[] x, float[] addend, float[] gradient, float[] scale, float[] shift, float[][] found) {
    int channels = scale.length;
    int positions = x.length / channels;
    for (int c = 0; c < channels; c++) {
      double mean = 0;
      double variance = 0;
      for (int i = c; i < x.length; i += channels) {
        mean += x[i] / (double) positions;
      }
      for (int i = c; i < x.length; i += channels) {
        variance += (x[i] - mean) * (x[i] - mean) / positions;
      }
      double slope = 1 / Math.sqrt(variance + 1e-5);
      double sum = 0;
      double product = 0;
      for (int i = c; i < x.length; i += channels) {
        double z = (x[i] - mean) * slope;
        double y = Math.max(0, z * scale[c] + shift[c] + addend[i]);
        assertThat((double) found[0][i]).isCloseTo(y, within(1 + y));
        double g = found[0][i] > 0 ? gradient[i] : 0;
        assertThat((double) found[2][i]).isEqualTo(g);
        sum += g;
        product += g * z;
      }
      for (int i = c; i < x.length; i += channels) {
        double z = (x[i] - mean) * slope;
        double g = found[0][i] > 0 ? gradient[i] : 0;
        double expected = slope * scale[c] * (g - (sum + z * product) / positions);
        assertThat((double) found[1][i]).isCloseTo(expected, within(2 + Math.abs(expected)));
      }
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double scale) {
    return org.assertj.core.data.Offset.offset(RELATIVE * scale);
  }

  @Test
  void argumentsThatDoNotFitTheSourceAreRefused() {
    try (Device device = device(Order.FORWARD)) {
      Grid grid = Grid.over(1, device);
      assertThatThrownBy(() -> device.launch("nothing", grid))
          .hasMessageContaining("no kernel is called nothing");
      assertThatThrownBy(() -> device.launch("fillNumbers", grid, 0L, 1f))
          .hasMessageContaining("takes 3 arguments, not 2");
      assertThatThrownBy(() -> device.launch("fillNumbers", grid, 0L, 1.0, 0L))
          .hasMessageContaining("argument 1 of kernel fillNumbers must be FLOAT");
    }
  }
}
