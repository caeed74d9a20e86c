package longtail.nn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.nn.kernel.NormalizationShape.Activation;
import longtail.nn.kernel.NormalizationShape.Statistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The oneDNN kernels in float32 agree with the ND4J ones in float64 within {@value #TOLERANCE} of
 * the largest value: about a hundred roundings of float32.
 */
class KernelContractTest {
  private static final double TOLERANCE = 1e-5;
  private final Kernels fast = kernels();
  private final Kernels exact = new Nd4jKernels(DataType.DOUBLE);
  private final SplittableRandom random = RandomStreams.of(7);

  /** The kernels in float32 that are tested. */
  Kernels kernels() {
    return OneDnnKernels.float32();
  }

  /** An array in both precisions. */
  private record Twin(INDArray single, INDArray exact) {
    static Twin of(INDArray exact) {
      INDArray single = exact.castTo(DataType.FLOAT);
      return new Twin(single, single.castTo(DataType.DOUBLE));
    }

    static Twin blank(long... shape) {
      return new Twin(
          Nd4j.valueArrayOf(shape, 77f, DataType.FLOAT),
          Nd4j.valueArrayOf(shape, -77.0, DataType.DOUBLE));
    }

    void agree(String what) {
      double scale = 1 + exact.amaxNumber().doubleValue();
      double worst = single.castTo(DataType.DOUBLE).sub(exact).amaxNumber().doubleValue();
      assertThat(worst / scale).as(what).isLessThan(TOLERANCE);
    }
  }

  private Twin normal(long... shape) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, RandomStreams.gaussian(random));
    }
    return Twin.of(array);
  }

  static Stream<ConvolutionShape> convolutions() {
    return Stream.of(
        new ConvolutionShape(new MapShape(2, 8, 8, 3), 16, 3, 1),
        new ConvolutionShape(new MapShape(3, 7, 9, 16), 16, 3, 1),
        new ConvolutionShape(new MapShape(2, 8, 8, 16), 32, 3, 2),
        new ConvolutionShape(new MapShape(1, 9, 5, 16), 32, 3, 2),
        new ConvolutionShape(new MapShape(4, 6, 6, 16), 32, 1, 2),
        new ConvolutionShape(new MapShape(2, 7, 7, 8), 12, 1, 1),
        new ConvolutionShape(new MapShape(2, 5, 5, 5), 7, 3, 1),
        new ConvolutionShape(new MapShape(2, 16, 16, 3), 8, 7, 2),
        new ConvolutionShape(new MapShape(1, 17, 15, 3), 64, 7, 2),
        new ConvolutionShape(new MapShape(2, 9, 9, 64), 64, 3, 1, 16),
        new ConvolutionShape(new MapShape(2, 9, 7, 128), 128, 3, 2, 32),
        new ConvolutionShape(new MapShape(2, 6, 6, 6), 9, 3, 1, 3),
        new ConvolutionShape(new MapShape(1, 5, 5, 8), 16, 1, 2, 2),
        new ConvolutionShape(new MapShape(2, 5, 6, 7), 7, 3, 2, 7),
        new ConvolutionShape(new MapShape(2, 7, 6, 8), 16, 3, 1, 2, 1),
        new ConvolutionShape(new MapShape(1, 9, 8, 8), 8, 3, 2, 4, 2));
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void convolutionsAgree(ConvolutionShape shape) {
    MapShape in = shape.input();
    Twin x = normal(in.toArray());
    Twin weight = normal(shape.weight());
    Twin y = Twin.blank(shape.output().toArray());
    Twin gradY = normal(shape.output().toArray());
    Twin gradX = Twin.blank(in.toArray());
    Twin gradWeight = Twin.blank(weight.exact.shape());
    Twin onlyData = Twin.blank(in.toArray());
    Twin onlyWeight = Twin.blank(weight.exact.shape());
    try (ConvolutionKernel a = fast.convolution(shape);
        ConvolutionKernel b = exact.convolution(shape)) {
      a.forward(x.single, weight.single, y.single);
      b.forward(x.exact, weight.exact, y.exact);
      a.backward(x.single, weight.single, gradY.single, gradX.single, gradWeight.single);
      b.backward(x.exact, weight.exact, gradY.exact, gradX.exact, gradWeight.exact);
      a.backwardData(x.single, weight.single, gradY.single, onlyData.single);
      b.backwardData(x.exact, weight.exact, gradY.exact, onlyData.exact);
      a.backwardWeight(x.single, weight.single, gradY.single, onlyWeight.single);
      b.backwardWeight(x.exact, weight.exact, gradY.exact, onlyWeight.exact);
    }
    y.agree("output");
    gradX.agree("gradient of the input");
    gradWeight.agree("gradient of the weight");
    onlyData.agree("gradient of the input alone");
    onlyWeight.agree("gradient of the weight alone");
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void fusedConvolutionsAgreeWithTheirParts(ConvolutionShape shape) {
    Twin x = normal(shape.input().toArray());
    Twin weight = normal(shape.weight());
    Twin bias = normal(shape.outputs());
    for (Epilogue epilogue : Epilogue.values()) {
      Twin y = normal(shape.output().toArray());
      INDArray plain = Nd4j.create(DataType.DOUBLE, shape.output().toArray());
      try (FusedConvolutionKernel a = fast.fusedConvolution(shape, epilogue);
          FusedConvolutionKernel b = exact.fusedConvolution(shape, epilogue);
          ConvolutionKernel c = exact.convolution(shape)) {
        c.forward(x.exact, weight.exact, plain);
        for (long i = 0; i < plain.length(); i++) {
          double sum = plain.getDouble(i) + bias.exact.getDouble(i % shape.outputs());
          plain.putScalar(
              i,
              switch (epilogue) {
                case NONE -> sum;
                case RECTIFIER -> Math.max(0, sum);
                case SUM_AND_RECTIFIER -> Math.max(0, sum + y.exact.getDouble(i));
              });
        }
        a.load(weight.single, bias.single);
        a.forward(x.single, y.single);
        b.load(weight.exact, bias.exact);
        b.forward(x.exact, y.exact);
      }
      y.agree(epilogue.name());
      assertThat(y.exact.sub(plain).amaxNumber().doubleValue())
          .as("%s", epilogue)
          .isLessThan(1e-12);
    }
  }

  @Test
  void groupsSeeOnlyTheirOwnChannels() {
    ConvolutionShape grouped = new ConvolutionShape(new MapShape(2, 6, 5, 6), 9, 3, 2, 3);
    ConvolutionShape alone = new ConvolutionShape(new MapShape(2, 6, 5, 2), 3, 3, 2);
    INDArray x = normal(grouped.input().toArray()).exact;
    INDArray weight = normal(grouped.weight()).exact;
    INDArray y = Nd4j.create(DataType.DOUBLE, grouped.output().toArray());
    INDArray part = Nd4j.create(DataType.DOUBLE, alone.output().toArray());
    try (ConvolutionKernel all = exact.convolution(grouped);
        ConvolutionKernel one = exact.convolution(alone)) {
      all.forward(x, weight, y);
      for (long g = 0; g < 3; g++) {
        INDArray filters = weight.get(NDArrayIndex.interval(3 * g, 3 * g + 3)).dup('c');
        one.forward(channels(x, 2 * g, 2 * g + 2).dup('c'), filters, part);
        assertThat(Bits.of(channels(y, 3 * g, 3 * g + 3).dup('c'))).isEqualTo(Bits.of(part));
      }
    }
  }

  private static INDArray channels(INDArray map, long from, long to) {
    return map.get(
        NDArrayIndex.all(),
        NDArrayIndex.all(),
        NDArrayIndex.all(),
        NDArrayIndex.interval(from, to));
  }

  static Stream<MaxPoolShape> maxPools() {
    return Stream.of(
        new MaxPoolShape(new MapShape(2, 8, 8, 16), 3, 2),
        new MaxPoolShape(new MapShape(3, 7, 9, 5), 3, 2),
        new MaxPoolShape(new MapShape(1, 6, 5, 64), 3, 1),
        new MaxPoolShape(new MapShape(2, 11, 10, 8), 5, 2));
  }

  @ParameterizedTest
  @MethodSource("maxPools")
  void maximaAgreeAndTheEdgeNeverWins(MaxPoolShape shape) {
    Twin x = Twin.of(normal(shape.input().toArray()).exact.subi(10));
    Twin y = Twin.blank(shape.output().toArray());
    Twin gradY = normal(shape.output().toArray());
    Twin gradX = Twin.blank(shape.input().toArray());
    try (MaxPoolKernel a = fast.maxPool(shape);
        MaxPoolKernel b = exact.maxPool(shape)) {
      a.forward(x.single, y.single);
      b.forward(x.exact, y.exact);
      a.backward(x.single, gradY.single, gradX.single);
      b.backward(x.exact, gradY.exact, gradX.exact);
    }
    assertThat(y.exact.maxNumber().doubleValue()).isNegative();
    y.agree("output");
    gradX.agree("gradient");
    assertThat(gradX.exact.sumNumber().doubleValue())
        .as("every gradient arrives once")
        .isCloseTo(gradY.exact.sumNumber().doubleValue(), within());
    long half = shape.padding();
    long stride = shape.stride();
    MapShape out = shape.output();
    for (long i = 0; i < out.height(); i++) {
      for (long j = 0; j < out.width(); j++) {
        long top = Math.max(0, i * stride - half);
        long left = Math.max(0, j * stride - half);
        long bottom = Math.min(shape.input().height(), i * stride + half + 1);
        long right = Math.min(shape.input().width(), j * stride + half + 1);
        INDArray window =
            x.exact.get(
                NDArrayIndex.point(0),
                NDArrayIndex.interval(top, bottom),
                NDArrayIndex.interval(left, right),
                NDArrayIndex.point(1));
        assertThat(y.exact.getDouble(0, i, j, 1)).isEqualTo(window.maxNumber().doubleValue());
      }
    }
  }

  static Stream<NormalizationShape> normalizations() {
    return Stream.of(new MapShape(4, 6, 5, 16), new MapShape(2, 3, 3, 7), new MapShape(5, 1, 1, 64))
        .flatMap(
            map ->
                Stream.of(Activation.values())
                    .flatMap(
                        activation ->
                            Stream.of(Statistics.values())
                                .map(s -> new NormalizationShape(map, 1e-5, activation, s))));
  }

  @ParameterizedTest
  @MethodSource("normalizations")
  void normalizationsAgree(NormalizationShape shape) {
    long channels = shape.map().channels();
    long[] map = shape.map().toArray();
    Twin x = normal(map);
    Twin scale = normal(channels);
    Twin shift = normal(channels);
    Twin mean = shape.ofBatch() ? Twin.blank(channels) : normal(channels);
    INDArray positive = normal(channels).exact;
    Twin variance =
        shape.ofBatch() ? Twin.blank(channels) : Twin.of(positive.mul(positive).add(0.5));
    Twin y = Twin.blank(map);
    Twin gradY = normal(map);
    Twin gradX = Twin.blank(map);
    Twin gradScale = Twin.blank(channels);
    Twin gradShift = Twin.blank(channels);
    boolean backward = shape.statistics() != Statistics.GIVEN_FORWARD_ONLY;
    try (NormalizationKernel a = fast.normalization(shape);
        NormalizationKernel b = exact.normalization(shape)) {
      ScaleAndShift affineA = new ScaleAndShift(scale.single, shift.single);
      ScaleAndShift affineB = new ScaleAndShift(scale.exact, shift.exact);
      Moments momentsA = new Moments(mean.single, variance.single);
      Moments momentsB = new Moments(mean.exact, variance.exact);
      a.forward(x.single, affineA, momentsA, y.single);
      b.forward(x.exact, affineB, momentsB, y.exact);
      if (backward) {
        ScaleAndShift gradA = new ScaleAndShift(gradScale.single, gradShift.single);
        ScaleAndShift gradB = new ScaleAndShift(gradScale.exact, gradShift.exact);
        a.backward(x.single, y.single, affineA, momentsA, gradY.single, gradX.single, gradA);
        b.backward(x.exact, y.exact, affineB, momentsB, gradY.exact, gradX.exact, gradB);
      }
    }
    y.agree("output");
    mean.agree("mean");
    variance.agree("variance");
    if (backward) {
      gradX.agree("gradient of the input");
      gradScale.agree("gradient of the scale");
      gradShift.agree("gradient of the shift");
    }
  }

  static Stream<MapShape> maps() {
    return Stream.of(new MapShape(2, 8, 8, 16), new MapShape(3, 7, 5, 8), new MapShape(1, 1, 1, 4));
  }

  @ParameterizedTest
  @MethodSource("maps")
  void residualSumsAgree(MapShape shape) {
    Twin first = normal(shape.toArray());
    Twin second = normal(shape.toArray());
    Twin y = Twin.blank(shape.toArray());
    Twin gradY = normal(shape.toArray());
    Twin gradSum = Twin.blank(shape.toArray());
    try (ResidualKernel a = fast.residual(shape);
        ResidualKernel b = exact.residual(shape)) {
      a.forward(first.single, second.single, y.single);
      b.forward(first.exact, second.exact, y.exact);
      a.backward(y.single, gradY.single, gradSum.single);
      b.backward(y.exact, gradY.exact, gradSum.exact);
    }
    y.agree("output");
    gradSum.agree("gradient");
  }

  @ParameterizedTest
  @MethodSource("maps")
  void subsamplesAgree(MapShape shape) {
    long[] out = {
      shape.batch(), (shape.height() + 1) / 2, (shape.width() + 1) / 2, 2 * shape.channels()
    };
    Twin x = normal(shape.toArray());
    Twin y = Twin.blank(out);
    Twin gradY = normal(out);
    Twin gradX = Twin.blank(shape.toArray());
    try (SubsampleKernel a = fast.subsample(shape, 2 * shape.channels());
        SubsampleKernel b = exact.subsample(shape, 2 * shape.channels())) {
      a.forward(x.single, y.single);
      b.forward(x.exact, y.exact);
      a.backward(gradY.single, gradX.single);
      b.backward(gradY.exact, gradX.exact);
    }
    y.agree("output");
    gradX.agree("gradient");
    double sampled = y.exact.sumNumber().doubleValue();
    double lattice = 0;
    for (long n = 0; n < shape.batch(); n++) {
      for (long i = 0; i < shape.height(); i += 2) {
        for (long j = 0; j < shape.width(); j += 2) {
          for (long c = 0; c < shape.channels(); c++) {
            double value = x.exact.getDouble(n, i, j, c);
            assertThat(y.exact.getDouble(n, i / 2, j / 2, c + shape.channels() / 2))
                .isEqualTo(value);
            lattice += value;
          }
        }
      }
    }
    assertThat(sampled).as("nothing but zeros around").isCloseTo(lattice, within());
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(1e-9);
  }

  @ParameterizedTest
  @MethodSource("maps")
  void poolsAgree(MapShape shape) {
    long[] out = {shape.batch(), shape.channels()};
    Twin x = normal(shape.toArray());
    Twin y = Twin.blank(out);
    Twin gradY = normal(out);
    Twin gradX = Twin.blank(shape.toArray());
    try (PoolKernel a = fast.pool(shape);
        PoolKernel b = exact.pool(shape)) {
      a.forward(x.single, y.single);
      b.forward(x.exact, y.exact);
      a.backward(gradY.single, gradX.single);
      b.backward(gradY.exact, gradX.exact);
    }
    y.agree("output");
    gradX.agree("gradient");
  }

  @Test
  void linearMapsAgree() {
    Twin x = normal(5, 12);
    Twin weight = normal(7, 12);
    Twin bias = normal(7);
    Twin y = Twin.blank(5, 7);
    Twin gradY = normal(5, 7);
    Twin gradX = Twin.blank(5, 12);
    Twin gradWeight = Twin.blank(7, 12);
    Twin gradBias = Twin.blank(7);
    try (LinearKernel a = fast.linear(DataType.FLOAT, 5);
        LinearKernel b = exact.linear(DataType.DOUBLE, 5)) {
      a.forward(x.single, weight.single, bias.single, y.single);
      b.forward(x.exact, weight.exact, bias.exact, y.exact);
      a.backwardData(weight.single, gradY.single, gradX.single);
      b.backwardData(weight.exact, gradY.exact, gradX.exact);
      a.backwardWeight(x.single, gradY.single, gradWeight.single, gradBias.single);
      b.backwardWeight(x.exact, gradY.exact, gradWeight.exact, gradBias.exact);
    }
    y.agree("output");
    gradX.agree("gradient of the input");
    gradWeight.agree("gradient of the weight");
    gradBias.agree("gradient of the bias");
    assertThat(y.exact).isEqualTo(x.exact.mmul(weight.exact.transpose()).addRowVector(bias.exact));
  }

  @Test
  void accumulationAgrees() {
    Twin target = normal(3, 4, 5, 6);
    Twin addend = normal(3, 4, 5, 6);
    fast.accumulate(target.single, addend.single);
    exact.accumulate(target.exact, addend.exact);
    target.agree("sum");
  }
}
