package longtail.nn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.nn.kernel.NormalizationShape.Statistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Tangents are the derivatives of the forward computation: the ND4J kernels in float64 agree with
 * central differences within {@value #EXACT}, the oneDNN ones in float32 with those of ND4J within
 * {@value #SINGLE}, both relative to the largest value.
 */
class KernelTangentTest {
  private static final double EXACT = 1e-6;
  private static final double SINGLE = 2e-5;
  private static final double STEP = 1e-5;

  private final Kernels fast = kernels();
  private final Kernels exact = new Nd4jKernels(DataType.DOUBLE);
  private final SplittableRandom random = RandomStreams.of(11);

  /** The kernels in float32 that are tested. */
  Kernels kernels() {
    return OneDnnKernels.float32();
  }

  /** The output at {@code position} steps along the direction. */
  private interface Curve {
    INDArray at(double position);
  }

  /** Numbers that float32 holds exactly. */
  private INDArray normal(long... shape) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, (float) RandomStreams.gaussian(random));
    }
    return array;
  }

  private static INDArray single(INDArray exact) {
    return exact == null ? null : exact.castTo(DataType.FLOAT);
  }

  private static INDArray blank(DataType type, long... shape) {
    return Nd4j.valueArrayOf(shape, 77.0, type);
  }

  private static void isDerivative(INDArray tangent, Curve curve) {
    INDArray slope = curve.at(STEP).subi(curve.at(-STEP)).divi(2 * STEP);
    assertThat(distance(tangent, slope)).as("central difference").isLessThan(EXACT);
  }

  private static void agree(INDArray single, INDArray exact) {
    assertThat(distance(single.castTo(DataType.DOUBLE), exact)).as("oneDNN").isLessThan(SINGLE);
  }

  private static double distance(INDArray actual, INDArray expected) {
    double scale = 1 + expected.amaxNumber().doubleValue();
    return actual.sub(expected).amaxNumber().doubleValue() / scale;
  }

  static Stream<ConvolutionShape> convolutions() {
    return KernelContractTest.convolutions();
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void aConvolutionMovesWithItsInputAndItsWeight(ConvolutionShape shape) {
    convolution(shape, normal(shape.input().toArray()));
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void aConvolutionMovesWithItsWeightAlone(ConvolutionShape shape) {
    convolution(shape, null);
  }

  private void convolution(ConvolutionShape shape, INDArray tangentX) {
    INDArray x = normal(shape.input().toArray());
    INDArray weight = normal(shape.weight());
    INDArray tangentWeight = normal(shape.weight());
    long[] out = shape.output().toArray();
    INDArray tangentY = blank(DataType.DOUBLE, out);
    INDArray singleY = blank(DataType.FLOAT, out);
    try (ConvolutionKernel a = fast.convolution(shape);
        ConvolutionKernel b = exact.convolution(shape)) {
      b.tangent(x, tangentX, weight, tangentWeight, tangentY);
      a.tangent(single(x), single(tangentX), single(weight), single(tangentWeight), singleY);
      isDerivative(
          tangentY,
          t -> {
            INDArray y = blank(DataType.DOUBLE, out);
            b.forward(moved(x, tangentX, t), moved(weight, tangentWeight, t), y);
            return y;
          });
    }
    agree(singleY, tangentY);
  }

  private static INDArray moved(INDArray value, INDArray tangent, double position) {
    return tangent == null ? value : value.add(tangent.mul(position));
  }

  static Stream<NormalizationShape> normalizations() {
    return KernelContractTest.normalizations()
        .filter(shape -> shape.statistics() != Statistics.GIVEN_FORWARD_ONLY);
  }

  @ParameterizedTest
  @MethodSource("normalizations")
  void aNormalizationMovesWithItsInputItsAffineMapAndTheMomentsOfItsBatch(
      NormalizationShape shape) {
    normalization(shape, normal(shape.map().toArray()));
  }

  @ParameterizedTest
  @MethodSource("normalizations")
  void aNormalizationMovesWithItsAffineMapAlone(NormalizationShape shape) {
    normalization(shape, null);
  }

  private void normalization(NormalizationShape shape, INDArray tangentX) {
    long[] map = shape.map().toArray();
    long channels = shape.map().channels();
    INDArray x = normal(map);
    ScaleAndShift affine = new ScaleAndShift(normal(channels), normal(channels));
    ScaleAndShift tangentAffine = new ScaleAndShift(normal(channels), normal(channels));
    INDArray spread = normal(channels);
    Moments moments = new Moments(normal(channels), spread.mul(spread).add(0.5));
    INDArray tangentY = blank(DataType.DOUBLE, map);
    INDArray singleY = blank(DataType.FLOAT, map);
    try (NormalizationKernel a = fast.normalization(shape);
        NormalizationKernel b = exact.normalization(shape)) {
      INDArray y = blank(DataType.DOUBLE, map);
      b.forward(x, affine, moments, y);
      b.tangent(x, y, affine, moments, tangentX, tangentAffine, tangentY);
      Moments singleMoments = new Moments(single(moments.mean()), single(moments.variance()));
      INDArray out = blank(DataType.FLOAT, map);
      a.forward(single(x), single(affine), singleMoments, out);
      a.tangent(
          single(x),
          out,
          single(affine),
          singleMoments,
          single(tangentX),
          single(tangentAffine),
          singleY);
      isDerivative(
          tangentY,
          t -> {
            INDArray at = blank(DataType.DOUBLE, map);
            ScaleAndShift then =
                new ScaleAndShift(
                    moved(affine.scale(), tangentAffine.scale(), t),
                    moved(affine.shift(), tangentAffine.shift(), t));
            b.forward(moved(x, tangentX, t), then, moments, at);
            return at;
          });
    }
    agree(singleY, tangentY);
  }

  private static ScaleAndShift single(ScaleAndShift exact) {
    return new ScaleAndShift(single(exact.scale()), single(exact.shift()));
  }

  @ParameterizedTest
  @MethodSource("normalizations")
  void aBackwardPassMayFollowATangent(NormalizationShape shape) {
    long[] map = shape.map().toArray();
    long channels = shape.map().channels();
    INDArray x = single(normal(map));
    ScaleAndShift affine = single(new ScaleAndShift(normal(channels), normal(channels)));
    Moments moments = new Moments(blank(DataType.FLOAT, channels), blank(DataType.FLOAT, channels));
    INDArray gradY = single(normal(map));
    INDArray y = blank(DataType.FLOAT, map);
    INDArray before = blank(DataType.FLOAT, map);
    INDArray after = blank(DataType.FLOAT, map);
    ScaleAndShift gradAffine =
        new ScaleAndShift(blank(DataType.FLOAT, channels), blank(DataType.FLOAT, channels));
    try (NormalizationKernel kernel = fast.normalization(shape)) {
      kernel.forward(x, affine, moments, y);
      kernel.backward(x, y, affine, moments, gradY, before, gradAffine);
      kernel.tangent(
          x, y, affine, moments, single(normal(map)), affine, blank(DataType.FLOAT, map));
      kernel.backward(x, y, affine, moments, gradY, after, gradAffine);
    }
    assertThat(Bits.of(after)).isEqualTo(Bits.of(before));
  }

  static Stream<MapShape> maps() {
    return KernelContractTest.maps();
  }

  @ParameterizedTest
  @MethodSource("maps")
  void aResidualSumMovesWhereItIsPositive(MapShape shape) {
    long[] map = shape.toArray();
    INDArray first = normal(map);
    INDArray second = normal(map);
    INDArray tangentFirst = normal(map);
    INDArray tangentSecond = normal(map);
    INDArray tangentY = blank(DataType.DOUBLE, map);
    INDArray singleY = blank(DataType.FLOAT, map);
    try (ResidualKernel a = fast.residual(shape);
        ResidualKernel b = exact.residual(shape)) {
      INDArray y = blank(DataType.DOUBLE, map);
      b.forward(first, second, y);
      b.tangent(y, tangentFirst, tangentSecond, tangentY);
      a.tangent(single(y), single(tangentFirst), single(tangentSecond), singleY);
      isDerivative(
          tangentY,
          t -> {
            INDArray at = blank(DataType.DOUBLE, map);
            b.forward(moved(first, tangentFirst, t), moved(second, tangentSecond, t), at);
            return at;
          });
    }
    agree(singleY, tangentY);
  }

  static Stream<MaxPoolShape> maxPools() {
    return KernelContractTest.maxPools();
  }

  @ParameterizedTest
  @MethodSource("maxPools")
  void aMaximumMovesWithTheLargestValue(MaxPoolShape shape) {
    long[] out = shape.output().toArray();
    INDArray x = normal(shape.input().toArray()).subi(10);
    INDArray tangentX = normal(shape.input().toArray());
    INDArray tangentY = blank(DataType.DOUBLE, out);
    INDArray singleY = blank(DataType.FLOAT, out);
    try (MaxPoolKernel a = fast.maxPool(shape);
        MaxPoolKernel b = exact.maxPool(shape)) {
      b.tangent(x, tangentX, tangentY);
      a.tangent(single(x), single(tangentX), singleY);
      isDerivative(
          tangentY,
          t -> {
            INDArray at = blank(DataType.DOUBLE, out);
            b.forward(moved(x, tangentX, t), at);
            return at;
          });
    }
    agree(singleY, tangentY);
  }

  @Test
  void aLinearMapMovesWithAllItsArguments() {
    for (INDArray tangentX : new INDArray[] {normal(5, 12), null}) {
      INDArray x = normal(5, 12);
      INDArray weight = normal(7, 12);
      INDArray bias = normal(7);
      INDArray tangentWeight = normal(7, 12);
      INDArray tangentBias = normal(7);
      INDArray tangentY = blank(DataType.DOUBLE, 5, 7);
      try (LinearKernel kernel = exact.linear(DataType.DOUBLE, 5)) {
        kernel.tangent(x, tangentX, weight, tangentWeight, tangentBias, tangentY);
        isDerivative(
            tangentY,
            t -> {
              INDArray y = blank(DataType.DOUBLE, 5, 7);
              kernel.forward(
                  moved(x, tangentX, t),
                  moved(weight, tangentWeight, t),
                  moved(bias, tangentBias, t),
                  y);
              return y;
            });
      }
    }
  }
}
