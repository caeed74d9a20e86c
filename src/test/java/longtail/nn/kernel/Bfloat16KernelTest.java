package longtail.nn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.nn.kernel.OneDnnKernels.Arithmetic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Kernels on bfloat16 maps agree with those of float64 on the same numbers within {@value
 * #TOLERANCE} of the largest value: bfloat16 rounds by up to 1/256, once the weights and once the
 * result. What stays float32 is as exact as its inputs allow.
 */
class Bfloat16KernelTest {
  private static final double TOLERANCE = 1.0 / 128;
  private static final double SINGLE = 1e-5;

  private final Kernels exact = new Nd4jKernels(DataType.DOUBLE);
  private final SplittableRandom random = RandomStreams.of(11);

  /** The kernels on bfloat16 maps that are tested. */
  Kernels kernels(Arithmetic arithmetic) {
    return new OneDnnKernels(DataType.BFLOAT16, arithmetic);
  }

  /** Random numbers of {@code type}. */
  private INDArray normal(DataType type, long... shape) {
    INDArray array = Nd4j.create(DataType.FLOAT, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, RandomStreams.gaussian(random));
    }
    return array.castTo(type);
  }

  private INDArray map(MapShape shape) {
    return normal(DataType.BFLOAT16, shape.toArray());
  }

  private static INDArray blank(DataType type, long... shape) {
    return Nd4j.valueArrayOf(shape, 77f, DataType.FLOAT).castTo(type);
  }

  private static INDArray wide(INDArray array) {
    return array.castTo(DataType.DOUBLE);
  }

  private static void agree(String what, INDArray actual, INDArray expected, double tolerance) {
    double scale = expected.amaxNumber().doubleValue();
    double worst = wide(actual).sub(expected).amaxNumber().doubleValue();
    assertThat(worst / scale).as(what).isLessThan(tolerance);
  }

  static Stream<Arguments> convolutions() {
    return KernelContractTest.convolutions()
        .flatMap(shape -> Stream.of(Arithmetic.values()).map(way -> Arguments.of(way, shape)));
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void convolutionsAgree(Arithmetic arithmetic, ConvolutionShape shape) {
    INDArray x = map(shape.input());
    INDArray gradY = map(shape.output());
    INDArray weight = normal(DataType.FLOAT, shape.weight());
    INDArray y = blank(DataType.BFLOAT16, shape.output().toArray());
    INDArray gradX = blank(DataType.BFLOAT16, shape.input().toArray());
    INDArray gradWeight = blank(DataType.FLOAT, shape.weight());
    INDArray exactY = Nd4j.create(DataType.DOUBLE, shape.output().toArray());
    INDArray exactGradX = Nd4j.create(DataType.DOUBLE, shape.input().toArray());
    INDArray exactGradWeight = Nd4j.create(DataType.DOUBLE, shape.weight());
    try (ConvolutionKernel a = kernels(arithmetic).convolution(shape);
        ConvolutionKernel b = exact.convolution(shape)) {
      a.forward(x, weight, y);
      a.backward(x, weight, gradY, gradX, gradWeight);
      b.forward(wide(x), wide(weight), exactY);
      b.backward(wide(x), wide(weight), wide(gradY), exactGradX, exactGradWeight);
    }
    agree("output", y, exactY, TOLERANCE);
    agree("gradient of the input", gradX, exactGradX, TOLERANCE);
    agree("gradient of the weight", gradWeight, exactGradWeight, SINGLE);
  }

  static Stream<NormalizationShape> normalizations() {
    return KernelContractTest.normalizations().filter(NormalizationShape::ofBatch);
  }

  @ParameterizedTest
  @MethodSource("normalizations")
  void normalizationsKeepTheirStatisticsInFloat32(NormalizationShape shape) {
    long channels = shape.map().channels();
    INDArray x = map(shape.map());
    INDArray gradY = map(shape.map());
    ScaleAndShift affine =
        new ScaleAndShift(normal(DataType.FLOAT, channels), normal(DataType.FLOAT, channels));
    ScaleAndShift gradient =
        new ScaleAndShift(blank(DataType.FLOAT, channels), blank(DataType.FLOAT, channels));
    Moments moments = new Moments(blank(DataType.FLOAT, channels), blank(DataType.FLOAT, channels));
    INDArray y = blank(DataType.BFLOAT16, shape.map().toArray());
    INDArray gradX = blank(DataType.BFLOAT16, shape.map().toArray());
    ScaleAndShift exactAffine = new ScaleAndShift(wide(affine.scale()), wide(affine.shift()));
    ScaleAndShift exactGradient = new ScaleAndShift(wide(gradient.scale()), wide(gradient.shift()));
    Moments exactMoments = new Moments(wide(moments.mean()), wide(moments.variance()));
    INDArray exactY = Nd4j.create(DataType.DOUBLE, shape.map().toArray());
    INDArray exactGradX = Nd4j.create(DataType.DOUBLE, shape.map().toArray());
    try (NormalizationKernel a = kernels(Arithmetic.SAME).normalization(shape);
        NormalizationKernel b = exact.normalization(shape)) {
      a.forward(x, affine, moments, y);
      a.backward(x, y, affine, moments, gradY, gradX, gradient);
      b.forward(wide(x), exactAffine, exactMoments, exactY);
      b.backward(
          wide(x), exactY, exactAffine, exactMoments, wide(gradY), exactGradX, exactGradient);
    }
    agree("mean", moments.mean(), exactMoments.mean(), SINGLE);
    agree("variance", moments.variance(), exactMoments.variance(), SINGLE);
    agree("output", y, exactY, TOLERANCE);
    agree("gradient of the input", gradX, exactGradX, TOLERANCE);
    agree("gradient of the scale", gradient.scale(), exactGradient.scale(), 10 * SINGLE);
    agree("gradient of the shift", gradient.shift(), exactGradient.shift(), 10 * SINGLE);
  }

  @ParameterizedTest
  @MethodSource("longtail.nn.kernel.KernelContractTest#maps")
  void residualSumsAgree(MapShape shape) {
    INDArray first = map(shape);
    INDArray second = map(shape);
    INDArray gradY = map(shape);
    INDArray y = blank(DataType.BFLOAT16, shape.toArray());
    INDArray gradient = blank(DataType.BFLOAT16, shape.toArray());
    INDArray exactY = Nd4j.create(DataType.DOUBLE, shape.toArray());
    INDArray exactGradient = Nd4j.create(DataType.DOUBLE, shape.toArray());
    try (ResidualKernel a = kernels(Arithmetic.SAME).residual(shape);
        ResidualKernel b = exact.residual(shape)) {
      a.forward(first, second, y);
      a.backward(y, gradY, gradient);
      b.forward(wide(first), wide(second), exactY);
      b.backward(exactY, wide(gradY), exactGradient);
    }
    agree("output", y, exactY, TOLERANCE);
    // 0 may have a sign where the gradient stops
    assertThat(Bits.of(wide(gradient).addi(0.0))).isEqualTo(Bits.of(exactGradient.addi(0.0)));
  }

  @ParameterizedTest
  @MethodSource("longtail.nn.kernel.KernelContractTest#maps")
  void subsamplesAreExact(MapShape shape) {
    long channels = 2 * shape.channels();
    long[] out = {shape.batch(), (shape.height() + 1) / 2, (shape.width() + 1) / 2, channels};
    INDArray x = map(shape);
    INDArray gradY = normal(DataType.BFLOAT16, out);
    INDArray y = blank(DataType.BFLOAT16, out);
    INDArray gradX = blank(DataType.BFLOAT16, shape.toArray());
    INDArray exactY = Nd4j.create(DataType.DOUBLE, out);
    INDArray exactGradX = Nd4j.create(DataType.DOUBLE, shape.toArray());
    try (SubsampleKernel a = kernels(Arithmetic.SAME).subsample(shape, channels);
        SubsampleKernel b = exact.subsample(shape, channels)) {
      a.forward(x, y);
      a.backward(gradY, gradX);
      b.forward(wide(x), exactY);
      b.backward(wide(gradY), exactGradX);
    }
    assertThat(Bits.of(wide(y))).isEqualTo(Bits.of(exactY));
    assertThat(Bits.of(wide(gradX))).isEqualTo(Bits.of(exactGradX));
  }

  @ParameterizedTest
  @MethodSource("longtail.nn.kernel.KernelContractTest#maps")
  void poolsGiveFloat32(MapShape shape) {
    INDArray x = map(shape);
    INDArray y = blank(DataType.FLOAT, shape.batch(), shape.channels());
    INDArray gradY = normal(DataType.FLOAT, shape.batch(), shape.channels());
    INDArray gradX = blank(DataType.BFLOAT16, shape.toArray());
    INDArray exactY = Nd4j.create(DataType.DOUBLE, y.shape());
    INDArray exactGradX = Nd4j.create(DataType.DOUBLE, shape.toArray());
    try (PoolKernel a = kernels(Arithmetic.SAME).pool(shape);
        PoolKernel b = exact.pool(shape)) {
      a.forward(x, y);
      a.backward(gradY, gradX);
      b.forward(wide(x), exactY);
      b.backward(wide(gradY), exactGradX);
    }
    agree("output", y, exactY, SINGLE);
    agree("gradient", gradX, exactGradX, TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("longtail.nn.kernel.KernelContractTest#maxPools")
  void maximaAreExact(MaxPoolShape shape) {
    INDArray x = map(shape.input());
    INDArray gradY = map(shape.output());
    INDArray y = blank(DataType.BFLOAT16, shape.output().toArray());
    INDArray gradX = blank(DataType.BFLOAT16, shape.input().toArray());
    INDArray exactY = Nd4j.create(DataType.DOUBLE, shape.output().toArray());
    try (MaxPoolKernel a = kernels(Arithmetic.SAME).maxPool(shape);
        MaxPoolKernel b = exact.maxPool(shape)) {
      a.forward(x, y);
      a.backward(x, gradY, gradX);
      b.forward(wide(x), exactY);
    }
    assertThat(Bits.of(wide(y))).isEqualTo(Bits.of(exactY));
    agree(
        "sum of the gradients",
        Nd4j.scalar(wide(gradX).sumNumber().doubleValue()),
        Nd4j.scalar(wide(gradY).sumNumber().doubleValue()),
        0.1);
  }

  @Test
  void conversionsRoundToTheNearest() {
    INDArray single = normal(DataType.FLOAT, 1000);
    INDArray half = blank(DataType.BFLOAT16, 1000);
    kernels(Arithmetic.SAME).convert(single, half);
    for (long i = 0; i < single.length(); i++) {
      double exactly = single.getDouble(i);
      assertThat(wide(half).getDouble(i))
          .isCloseTo(exactly, org.assertj.core.data.Offset.offset(Math.abs(exactly) / 256));
    }
  }

  @Test
  void sumsStayInTheTypeOfTheirTarget() {
    INDArray target = map(new MapShape(2, 3, 4, 16));
    INDArray addend = map(new MapShape(2, 3, 4, 16));
    INDArray expected = wide(target).add(wide(addend));
    kernels(Arithmetic.SAME).accumulate(target, addend);
    agree("sum", target, expected, TOLERANCE);
  }
}
