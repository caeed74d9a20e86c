package longtail.nn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import longtail.Bits;
import longtail.RandomStreams;
import longtail.nn.kernel.NormalizationShape.Statistics;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Kernels that may write over what they read compute the same there as elsewhere. */
class KernelInPlaceTest {
  private final Kernels fast = kernels();
  private final Kernels exact = new Nd4jKernels(DataType.DOUBLE);
  private final SplittableRandom random = RandomStreams.of(7);

  /** The kernels in float32 that are tested. */
  Kernels kernels() {
    return OneDnnKernels.float32();
  }

  @ParameterizedTest
  @MethodSource("longtail.nn.kernel.KernelContractTest#normalizations")
  void normalizationsMayTakeThePlaceOfWhatTheyRead(NormalizationShape shape) {
    normalizeInPlace(fast, DataType.FLOAT, shape);
    normalizeInPlace(exact, DataType.DOUBLE, shape);
  }

  private void normalizeInPlace(Kernels kernels, DataType type, NormalizationShape shape) {
    long channels = shape.map().channels();
    INDArray x = normal(type, shape.map().toArray());
    INDArray gradY = normal(type, shape.map().toArray());
    ScaleAndShift affine = new ScaleAndShift(vector(type, channels), vector(type, channels));
    ScaleAndShift gradAffine = new ScaleAndShift(vector(type, channels), vector(type, channels));
    Moments moments = new Moments(vector(type, channels), vector(type, channels));
    INDArray y = x.ulike();
    INDArray gradX = x.ulike();
    try (NormalizationKernel kernel = kernels.normalization(shape)) {
      kernel.forward(x, affine, moments, y);
      if (shape.statistics() != Statistics.GIVEN_FORWARD_ONLY) {
        kernel.backward(x, y, affine, moments, gradY, gradX, gradAffine);
        kernel.backward(x, y, affine, moments, gradY, gradY, gradAffine);
        assertThat(Bits.of(gradY)).isEqualTo(Bits.of(gradX));
      }
      kernel.forward(x, affine, moments, x);
    }
    assertThat(Bits.of(x)).isEqualTo(Bits.of(y));
  }

  private INDArray vector(DataType type, long channels) {
    INDArray values = normal(type, channels);
    return values.mul(values).addi(0.5);
  }

  @ParameterizedTest
  @MethodSource("longtail.nn.kernel.KernelContractTest#maps")
  void residualSumsMayTakeThePlaceOfWhatTheyRead(MapShape shape) {
    sumInPlace(fast, DataType.FLOAT, shape);
    sumInPlace(exact, DataType.DOUBLE, shape);
  }

  private void sumInPlace(Kernels kernels, DataType type, MapShape shape) {
    INDArray first = normal(type, shape.toArray());
    INDArray second = normal(type, shape.toArray());
    INDArray gradY = normal(type, shape.toArray());
    INDArray y = first.ulike();
    INDArray gradSum = first.ulike();
    try (ResidualKernel kernel = kernels.residual(shape)) {
      kernel.forward(first, second, y);
      kernel.forward(first, second, first);
      kernel.backward(y, gradY, gradSum);
      kernel.backward(y, gradY, gradY);
    }
    assertThat(Bits.of(first)).isEqualTo(Bits.of(y));
    assertThat(Bits.of(gradY)).isEqualTo(Bits.of(gradSum));
  }

  private INDArray normal(DataType type, long... shape) {
    INDArray array = Nd4j.create(type, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, RandomStreams.gaussian(random));
    }
    return array;
  }
}
