package longtail.nn.kernel.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.stream.Stream;
import longtail.LongTailException;
import longtail.nn.kernel.cuda.ConvolutionEngine.Direction;
import longtail.nn.kernel.cuda.ConvolutionExtents;
import longtail.nn.kernel.cuda.MapNumbers;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where cuDNN is installed, it accepts our descriptions of convolutions; up to there it needs no
 * GPU.
 */
class ConvolutionGraphTest {
  @BeforeAll
  static void cudnnIsInstalled() {
    String missing = "";
    try {
      Loader.load(cudnn.class);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      missing = String.valueOf(e.getMessage());
    }
    assumeThat(missing).as("what the linker misses of cuDNN").isEmpty();
  }

  private static ConvolutionExtents extents(
      int height, int channels, int outputs, int window, int stride, int dilation, int groups) {
    int padding = (window - 1) * dilation / 2;
    int rows = (height + 2 * padding - (window - 1) * dilation - 1) / stride + 1;
    return new ConvolutionExtents(
        16, height, height, channels, rows, rows, outputs, window, stride, dilation, padding,
        groups);
  }

  static Stream<ConvolutionExtents> convolutions() {
    return Stream.of(
        extents(32, 4, 16, 3, 1, 1, 1),
        extents(224, 8, 64, 7, 2, 1, 1),
        extents(56, 64, 256, 1, 1, 1, 1),
        extents(15, 128, 128, 3, 2, 1, 32),
        extents(9, 16, 16, 3, 1, 2, 1));
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void allDirectionsInBothTypesAreAccepted(ConvolutionExtents extents) {
    for (MapNumbers numbers : MapNumbers.values()) {
      for (Direction direction : Direction.values()) {
        try (ConvolutionGraph graph = new ConvolutionGraph(direction, extents, numbers, numbers)) {
          assertThat(graph.operation()).isNotNull();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Direction.class)
  void anOutputOfAnotherExtentIsRefused(Direction direction) {
    ConvolutionExtents wrong = new ConvolutionExtents(16, 32, 32, 4, 31, 32, 16, 3, 1, 1, 1, 1);
    assertThatThrownBy(
            () ->
                new ConvolutionGraph(direction, wrong, MapNumbers.FLOAT32, MapNumbers.FLOAT32)
                    .close())
        .isInstanceOf(LongTailException.class)
        .hasMessageStartingWith("cuDNN refuses the ");
  }
}
