package longtail.nn.kernel;

import java.util.concurrent.TimeUnit;
import longtail.Collective;
import longtail.nn.kernel.NormalizationShape.Activation;
import longtail.nn.kernel.NormalizationShape.Statistics;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Both sets of kernels on the feature maps of ResNet-32, in float32; {@code together} is oneDNN
 * whose normalisations take their statistics over two workers, the other of which takes no time.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBenchmark {
  /** Which set. */
  @Param({"onednn", "together", "nd4j"})
  public String kernels;

  /** Rows and columns of the map and its channels. */
  @Param({"32x16", "16x32", "8x64"})
  public String map;

  /** Maps. */
  @Param("128")
  public int batch;

  private ConvolutionKernel convolution;
  private NormalizationKernel normalization;
  private ResidualKernel residual;
  private INDArray weight;
  private INDArray gradWeight;
  private INDArray x;
  private INDArray y;
  private INDArray gradY;
  private INDArray gradX;
  private ScaleAndShift affine;
  private ScaleAndShift gradAffine;
  private Moments moments;

  /** Makes the kernels and random arrays. */
  @Setup(Level.Trial)
  public void prepare() {
    Kernels set =
        switch (kernels) {
          case "onednn" -> OneDnnKernels.float32();
          case "together" -> new SynchronizedKernels(OneDnnKernels.float32(), new PretendedPeer());
          default -> new Nd4jKernels(DataType.FLOAT);
        };
    String[] extents = map.split("x", 2);
    int size = Integer.parseInt(extents[0]);
    int channels = Integer.parseInt(extents[1]);
    MapShape shape = new MapShape(batch, size, size, channels);
    ConvolutionShape window = new ConvolutionShape(shape, channels, 3, 1);
    convolution = set.convolution(window);
    normalization =
        set.normalization(
            new NormalizationShape(shape, 1e-5, Activation.RELU, Statistics.BATCH));
    residual = set.residual(shape);
    weight = normal(window.weight());
    gradWeight = normal(window.weight());
    x = normal(shape.toArray());
    y = normal(shape.toArray());
    gradY = normal(shape.toArray());
    gradX = normal(shape.toArray());
    affine = new ScaleAndShift(normal(channels), normal(channels));
    gradAffine = new ScaleAndShift(normal(channels), normal(channels));
    moments = new Moments(normal(channels), normal(channels));
    normalization.forward(x, affine, moments, y);
  }

  private static INDArray normal(long... shape) {
    return Nd4j.randn(DataType.FLOAT, shape);
  }

  /** Frees what the kernels hold. */
  @TearDown(Level.Trial)
  public void close() {
    convolution.close();
    normalization.close();
    residual.close();
  }

  /** A second worker that adds nothing. */
  private static final class PretendedPeer implements Collective {
    @Override
    public int workers() {
      return 2;
    }

    @Override
    public void sum(double[] values) {
      // the peer's numbers are zeros
    }
  }

  @Benchmark
  public void convolutionForward() {
    convolution.forward(x, weight, y);
  }

  @Benchmark
  public void convolutionBackwardData() {
    convolution.backwardData(x, weight, gradY, gradX);
  }

  @Benchmark
  public void convolutionBackwardWeight() {
    convolution.backwardWeight(x, weight, gradY, gradWeight);
  }

  @Benchmark
  public void normalizationForward() {
    normalization.forward(x, affine, moments, y);
  }

  /** In place, as training steps do it where they can. */
  @Benchmark
  public void normalizationBackward() {
    normalization.backward(x, y, affine, moments, gradY, gradY, gradAffine);
  }

  @Benchmark
  public void residualForward() {
    residual.forward(x, gradX, y);
  }

  /** In place, as training steps do it. */
  @Benchmark
  public void residualBackward() {
    residual.backward(y, gradY, gradY);
  }
}
