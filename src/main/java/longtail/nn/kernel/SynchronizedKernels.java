package longtail.nn.kernel;

import longtail.Collective;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A set of kernels whose batch normalisations take mean and variance over the batches of all
 * workers; everything else is as in {@code own}.
 *
 * @param own the kernels of one worker
 * @param workers who takes part
 */
public record SynchronizedKernels(Kernels own, Collective workers) implements Kernels {
  @Override
  public String name() {
    return own.name();
  }

  @Override
  public DataType type() {
    return own.type();
  }

  @Override
  public KernelMemory memory() {
    return own.memory();
  }

  @Override
  public Kernels onHost() {
    return own.onHost();
  }

  @Override
  public Kernels forwardOnly() {
    return own.forwardOnly();
  }

  @Override
  public long imagesAtOnce(long batch, MapShape map) {
    return own.imagesAtOnce(batch, map);
  }

  @Override
  public boolean same(INDArray a, INDArray b) {
    return own.same(a, b);
  }

  @Override
  public NormalizationKernel normalization(NormalizationShape shape) {
    return normalization(shape, workers);
  }

  @Override
  public NormalizationKernel normalization(NormalizationShape shape, Collective together) {
    return own.normalization(shape, together);
  }

  @Override
  public ConvolutionKernel convolution(ConvolutionShape shape) {
    return own.convolution(shape);
  }

  @Override
  public FusedConvolutionKernel fusedConvolution(ConvolutionShape shape, Epilogue epilogue) {
    return own.fusedConvolution(shape, epilogue);
  }

  @Override
  public ResidualKernel residual(MapShape shape) {
    return own.residual(shape);
  }

  @Override
  public SubsampleKernel subsample(MapShape input, long channels) {
    return own.subsample(input, channels);
  }

  @Override
  public MaxPoolKernel maxPool(MaxPoolShape shape) {
    return own.maxPool(shape);
  }

  @Override
  public PoolKernel pool(MapShape input) {
    return own.pool(input);
  }

  @Override
  public LinearKernel linear(DataType ofArrays, long batch) {
    return own.linear(ofArrays, batch);
  }

  @Override
  public void convert(INDArray from, INDArray to) {
    own.convert(from, to);
  }

  @Override
  public void accumulate(INDArray target, INDArray addend) {
    own.accumulate(target, addend);
  }
}
