package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Float32 kernels on the CPU by oneDNN; the linear map goes to the BLAS of ND4J. */
final class OneDnnKernels implements Kernels {
  /** Sums in place by number of elements. */
  private final Map<Long, Sum> sums = new HashMap<>();

  /** Whether oneDNN computes with {@code type} where ND4J keeps its arrays. */
  static boolean serves(DataType type) {
    return type == DataType.FLOAT && Nd4j.getBackend().getClass().getSimpleName().contains("Cpu");
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public ConvolutionKernel convolution(ConvolutionShape shape) {
    return new OneDnnConvolution(shape);
  }

  @Override
  public NormalizationKernel normalization(NormalizationShape shape) {
    return new OneDnnNormalization(shape);
  }

  @Override
  public ResidualKernel residual(MapShape shape) {
    return new OneDnnResidual(shape);
  }

  @Override
  public SubsampleKernel subsample(MapShape input, long channels) {
    return new OneDnnSubsample(input, channels);
  }

  @Override
  public MaxPoolKernel maxPool(MaxPoolShape shape) {
    return new OneDnnMaxPool(shape);
  }

  @Override
  public PoolKernel pool(MapShape input) {
    return new OneDnnPool(input);
  }

  @Override
  public LinearKernel linear(DataType type, long batch) {
    return new Nd4jLinear(type, batch);
  }

  @Override
  public void accumulate(INDArray target, INDArray addend) {
    sums.computeIfAbsent(target.length(), Sum::new).run(target, addend);
  }

  private static final class Sum {
    private final Slot target;
    private final Slot addend;
    private final Compiled add;

    Sum(long length) {
      memory.desc vector = OneDnn.floats(memory.format_tag.x, length);
      target = Slot.open(vector);
      addend = Slot.open(vector);
      binary.primitive_desc description =
          new binary.primitive_desc(
              OneDnn.CPU, algorithm.binary_add, vector, vector, vector, OneDnn.attributes(), false);
      add =
          new Compiled(new binary(description), description)
              .with(DNNL_ARG_SRC_0, target)
              .with(DNNL_ARG_SRC_1, addend)
              .with(DNNL_ARG_DST, target);
    }

    void run(INDArray sum, INDArray more) {
      target.bind(sum);
      addend.bind(more);
      add.run();
    }
  }
}
