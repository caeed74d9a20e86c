package longtail.nn.kernel;

import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.kernel.cuda.ConvolutionEngine;
import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.GraphicsCard;
import longtail.nn.kernel.cuda.MapKernels;
import longtail.nn.kernel.cuda.MapNumbers;
import longtail.nn.kernel.cuda.Rooms;
import org.bytedeco.javacpp.IntPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Kernels by our own CUDA source, with convolutions by another engine. None of them has run on a
 * GPU yet; all of them run in the tests, compiled for the processor.
 *
 * <p>The arrays are addresses of the device: it is for the caller to have them there.
 */
final class CudaKernels implements Kernels {
  /** As in {@link Kernels#PROPERTY}. */
  static final String NAME = "cudnn";

  private final Device device;
  private final ConvolutionEngine.Maker engines;
  private final Rooms rooms;
  private final MapKernels maps;
  private final DataType type;

  /** Those of {@code device}, which the caller closes, with convolutions by {@code engines}. */
  CudaKernels(Device device, ConvolutionEngine.Maker engines) {
    this.device = device;
    this.engines = engines;
    rooms = Rooms.of(device);
    maps = new MapKernels(device);
    type = device.numbers() == MapNumbers.FLOAT32 ? DataType.FLOAT : DataType.BFLOAT16;
  }

  /**
   * Those of the host's first GPU, for arrays in the host's memory, which every call carries over
   * and back.
   *
   * @throws LongTailException (CONFIG) if there is no such GPU, or something that it needs is not
   *     there
   */
  static Kernels open(DataType type) {
    MapNumbers numbers =
        switch (type) {
          case FLOAT -> MapNumbers.FLOAT32;
          case BFLOAT16 -> MapNumbers.BFLOAT16;
          default ->
              throw new LongTailException(
                  ErrorCode.CONFIG,
                  "Cannot use the kernels cudnn (-D%s=%s) for %s: they compute in float32 or bfloat16; leave the property out"
                      .formatted(PROPERTY, NAME, type));
        };
    GraphicsCard card = GraphicsCard.open(0, numbers);
    return TransferredKernels.of(
        new CudaKernels(card.device(), card.convolutions()), card.device());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DataType type() {
    return type;
  }

  @Override
  public boolean same(INDArray a, INDArray b) {
    long found = rooms.sums().address(Integer.BYTES);
    device.clear(found, Integer.BYTES);
    maps.findDifference(Slot.address(a), Slot.address(b), found, a.length() * a.dataType().width());
    try (IntPointer answer = new IntPointer(1)) {
      device.download(found, answer, Integer.BYTES);
      return answer.get() == 0;
    }
  }

  @Override
  public ConvolutionKernel convolution(ConvolutionShape shape) {
    return new CudaConvolution(shape, device, rooms, engines);
  }

  @Override
  public FusedConvolutionKernel fusedConvolution(ConvolutionShape shape, Epilogue epilogue) {
    return new CudaFusedConvolution(shape, epilogue, device, rooms, engines);
  }

  @Override
  public NormalizationKernel normalization(NormalizationShape shape) {
    return normalization(shape, Collective.ALONE);
  }

  @Override
  public NormalizationKernel normalization(NormalizationShape shape, Collective workers) {
    return new CudaNormalization(shape, device, rooms.sums(), workers);
  }

  @Override
  public ResidualKernel residual(MapShape shape) {
    return new CudaResidual(shape, device);
  }

  @Override
  public SubsampleKernel subsample(MapShape input, long channels) {
    return new CudaSubsample(input, channels, device);
  }

  @Override
  public MaxPoolKernel maxPool(MaxPoolShape shape) {
    return new CudaMaxPool(shape, device);
  }

  @Override
  public PoolKernel pool(MapShape input) {
    return new CudaPool(input, device);
  }

  @Override
  public LinearKernel linear(DataType linearType, long batch) {
    if (linearType != DataType.FLOAT) {
      throw new IllegalArgumentException("linear maps are float32 on a GPU, not " + linearType);
    }
    return new CudaLinear(device);
  }

  @Override
  public void accumulate(INDArray target, INDArray addend) {
    if (target.dataType() == type) {
      long sum = Slot.address(target);
      maps.add(sum, Slot.address(addend), sum, target.length());
    } else {
      maps.addVectors(Slot.address(target), Slot.address(addend), target.length());
    }
  }

  @Override
  public void convert(INDArray from, INDArray to) {
    long source = Slot.address(from);
    long target = Slot.address(to);
    if (from.dataType() == to.dataType()) {
      device.copy(source, target, from.length() * from.dataType().width());
    } else if (from.dataType() == DataType.FLOAT && to.dataType() == DataType.BFLOAT16) {
      maps.narrow(source, target, from.length());
    } else if (from.dataType() == DataType.BFLOAT16 && to.dataType() == DataType.FLOAT) {
      maps.widen(source, target, from.length());
    } else {
      throw new IllegalArgumentException(
          "no conversion from %s to %s on a GPU".formatted(from.dataType(), to.dataType()));
    }
  }
}
