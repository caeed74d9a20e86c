package longtail.nn.kernel;

import longtail.Collective;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Kernels of any floating type by ND4J's operations, wherever its backend runs. */
final class Nd4jKernels implements Kernels {
  private final DataType type;

  Nd4jKernels(DataType type) {
    this.type = type;
  }

  @Override
  public String name() {
    return "nd4j";
  }

  @Override
  public DataType type() {
    return type;
  }

  @Override
  public boolean same(INDArray a, INDArray b) {
    return a.eq(b).all();
  }

  @Override
  public ConvolutionKernel convolution(ConvolutionShape shape) {
    return shape.groups() == 1
        ? new Nd4jConvolution(shape, type)
        : new Nd4jGroupedConvolution(shape, type);
  }

  @Override
  public FusedConvolutionKernel fusedConvolution(ConvolutionShape shape, Epilogue epilogue) {
    return new Nd4jFusedConvolution(shape, epilogue, convolution(shape), type);
  }

  @Override
  public NormalizationKernel normalization(NormalizationShape shape) {
    return normalization(shape, Collective.ALONE);
  }

  @Override
  public NormalizationKernel normalization(NormalizationShape shape, Collective workers) {
    return new Nd4jNormalization(shape, type, workers);
  }

  @Override
  public ResidualKernel residual(MapShape shape) {
    return new Nd4jResidual();
  }

  @Override
  public SubsampleKernel subsample(MapShape input, long channels) {
    return new Nd4jSubsample(input, channels);
  }

  @Override
  public MaxPoolKernel maxPool(MaxPoolShape shape) {
    return new Nd4jMaxPool(shape);
  }

  @Override
  public PoolKernel pool(MapShape input) {
    return new Nd4jPool(input, type);
  }

  @Override
  public LinearKernel linear(DataType linearType, long batch) {
    return new Nd4jLinear(linearType, batch);
  }

  @Override
  public void accumulate(INDArray target, INDArray addend) {
    target.addi(addend);
  }

  @Override
  public void convert(INDArray from, INDArray to) {
    to.assign(from);
  }
}
