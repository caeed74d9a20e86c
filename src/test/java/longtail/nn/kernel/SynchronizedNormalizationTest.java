package longtail.nn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.WorkerThreads;
import longtail.nn.kernel.NormalizationShape.Activation;
import longtail.nn.kernel.NormalizationShape.Statistics;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Workers that normalise together do what one does with all their images: in float64 within {@value
 * #EXACT} of the largest value, in float32 within {@value #SINGLE}, or {@value #SINGLE_FAR} where
 * the mean itself, rounded to float32, is off by more.
 */
class SynchronizedNormalizationTest {
  private static final double EXACT = 1e-11;
  private static final double SINGLE = 2e-5;
  private static final double SINGLE_FAR = 1e-4;
  private static final double EPSILON = 1e-5;

  private final SplittableRandom random = RandomStreams.of(23);

  /** The kernels in float32 that are tested. */
  Kernels single() {
    return OneDnnKernels.float32();
  }

  /** How many messages they send to themselves where there is no other worker. */
  int messagesAlone() {
    return 3;
  }

  /** What a pass reads. */
  private record Given(
      INDArray x,
      INDArray gradY,
      INDArray tangentX,
      ScaleAndShift affine,
      ScaleAndShift tangentAffine) {
    Given in(DataType type, long from, long to) {
      return new Given(
          part(x, from, to).castTo(type),
          part(gradY, from, to).castTo(type),
          part(tangentX, from, to).castTo(type),
          cast(affine, type),
          cast(tangentAffine, type));
    }

    private static ScaleAndShift cast(ScaleAndShift affine, DataType type) {
      return new ScaleAndShift(affine.scale().castTo(type), affine.shift().castTo(type));
    }
  }

  /** What all passes write, and in how many messages. */
  private record Outcome(
      INDArray y,
      INDArray gradX,
      INDArray tangentY,
      Moments moments,
      ScaleAndShift gradAffine,
      long positions,
      int messages) {}

  private static INDArray part(INDArray map, long from, long to) {
    INDArrayIndex all = NDArrayIndex.all();
    return map.get(NDArrayIndex.interval(from, to), all, all, all).dup('c');
  }

  static Stream<Arguments> cases() {
    return Stream.of(DataType.DOUBLE, DataType.FLOAT)
        .flatMap(
            type ->
                Stream.of(
                        new MapShape(9, 6, 5, 16),
                        new MapShape(7, 3, 3, 7),
                        new MapShape(13, 1, 1, 64),
                        new MapShape(11, 4, 9, 300))
                    .flatMap(
                        shape ->
                            Stream.of(Activation.values())
                                .flatMap(
                                    activation ->
                                        IntStream.rangeClosed(1, 3)
                                            .mapToObj(
                                                k -> Arguments.of(type, shape, activation, k)))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void workersTogetherAreOneWithAllImages(
      DataType type, MapShape shape, Activation activation, int workers) {
    requireSame(type, shape, activation, workers, given(shape, 0, 1), SINGLE);
  }

  /** So far from zero that squares have no digits left for the variance in float32. */
  @ParameterizedTest
  @MethodSource("cases")
  void farFromZeroToo(DataType type, MapShape shape, Activation activation, int workers) {
    requireSame(type, shape, activation, workers, given(shape, 64, 0.5), SINGLE_FAR);
  }

  private void requireSame(
      DataType type,
      MapShape shape,
      Activation activation,
      int workers,
      Given given,
      double ofSingle) {
    double tolerance = type == DataType.FLOAT ? ofSingle : EXACT;
    Outcome one =
        WorkerThreads.run(
                1,
                (rank, member) ->
                    outcome(
                        new Nd4jKernels(DataType.DOUBLE),
                        shape,
                        activation,
                        given.in(DataType.DOUBLE, 0, shape.batch()),
                        member))
            .get(0);
    long[] from =
        IntStream.rangeClosed(0, workers).mapToLong(w -> start(shape, w, workers)).toArray();
    List<Outcome> all =
        WorkerThreads.run(
            workers,
            (rank, member) ->
                outcome(
                    type == DataType.FLOAT ? single() : new Nd4jKernels(DataType.DOUBLE),
                    new MapShape(
                        from[rank + 1] - from[rank],
                        shape.height(),
                        shape.width(),
                        shape.channels()),
                    activation,
                    given.in(type, from[rank], from[rank + 1]),
                    member));
    INDArray gradScale = Nd4j.zeros(DataType.DOUBLE, shape.channels());
    INDArray gradShift = Nd4j.zeros(DataType.DOUBLE, shape.channels());
    for (int w = 0; w < workers; w++) {
      Outcome own = all.get(w);
      assertThat(own.positions).isEqualTo(shape.positions());
      assertThat(own.messages)
          .as("one for each pass")
          .isEqualTo(workers > 1 ? 3 : type == DataType.FLOAT ? messagesAlone() : 0);
      agree("mean", tolerance, own.moments.mean(), one.moments.mean());
      agree("variance", tolerance, own.moments.variance(), one.moments.variance());
      agree("output", tolerance, own.y, part(one.y, from[w], from[w + 1]));
      agree("gradient of the input", tolerance, own.gradX, part(one.gradX, from[w], from[w + 1]));
      agree("tangent", tolerance, own.tangentY, part(one.tangentY, from[w], from[w + 1]));
      gradScale.addi(own.gradAffine.scale().castTo(DataType.DOUBLE));
      gradShift.addi(own.gradAffine.shift().castTo(DataType.DOUBLE));
      assertThat(Bits.of(own.moments.mean())).isEqualTo(Bits.of(all.get(0).moments.mean()));
      assertThat(Bits.of(own.moments.variance())).isEqualTo(Bits.of(all.get(0).moments.variance()));
    }
    agree("gradient of the scale", tolerance, gradScale, one.gradAffine.scale());
    agree("gradient of the shift", tolerance, gradShift, one.gradAffine.shift());
  }

  /** Parts that are not equally large. */
  private static long start(MapShape shape, int worker, int workers) {
    return worker == workers ? shape.batch() : worker * (shape.batch() - 1) / workers;
  }

  private static void agree(String what, double tolerance, INDArray actual, INDArray expected) {
    double scale = 1 + expected.amaxNumber().doubleValue();
    double worst = actual.castTo(DataType.DOUBLE).sub(expected).amaxNumber().doubleValue();
    assertThat(worst / scale).as(what).isLessThan(tolerance);
  }

  /** All passes; the gradient and the output once more in the place of what they are made of. */
  private static Outcome outcome(
      Kernels kernels, MapShape shape, Activation activation, Given given, WorkerThreads.Member w) {
    DataType type = given.x.dataType();
    long channels = shape.channels();
    INDArray y = blank(type, shape.toArray());
    INDArray gradX = blank(type, shape.toArray());
    INDArray tangentY = blank(type, shape.toArray());
    Moments moments = new Moments(blank(type, channels), blank(type, channels));
    ScaleAndShift gradAffine = new ScaleAndShift(blank(type, channels), blank(type, channels));
    try (NormalizationKernel kernel =
        new SynchronizedKernels(kernels, w)
            .normalization(new NormalizationShape(shape, EPSILON, activation, Statistics.BATCH))) {
      kernel.forward(given.x, given.affine, moments, y);
      kernel.tangent(
          given.x, y, given.affine, moments, given.tangentX, given.tangentAffine, tangentY);
      kernel.backward(given.x, y, given.affine, moments, given.gradY, gradX, gradAffine);
      int messages = w.messages();
      INDArray inPlace = given.gradY.dup('c');
      kernel.backward(given.x, y, given.affine, moments, inPlace, inPlace, gradAffine);
      assertThat(Bits.of(inPlace)).isEqualTo(Bits.of(gradX));
      INDArray over = given.x.dup('c');
      kernel.forward(over, given.affine, moments, over);
      assertThat(Bits.of(over)).isEqualTo(Bits.of(y));
      return new Outcome(y, gradX, tangentY, moments, gradAffine, kernel.positions(), messages);
    }
  }

  private static INDArray blank(DataType type, long... shape) {
    return Nd4j.valueArrayOf(shape, 77.0, type);
  }

  private Given given(MapShape shape, double mean, double deviation) {
    long channels = shape.channels();
    return new Given(
        normal(mean, deviation, shape.toArray()),
        normal(0, 1, shape.toArray()),
        normal(0, 1, shape.toArray()),
        new ScaleAndShift(normal(0, 1, channels), normal(0, 1, channels)),
        new ScaleAndShift(normal(0, 1, channels), normal(0, 1, channels)));
  }

  /** Numbers that float32 holds exactly. */
  private INDArray normal(double mean, double deviation, long... shape) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, (float) (mean + deviation * RandomStreams.gaussian(random)));
    }
    return array;
  }
}
