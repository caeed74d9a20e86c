package longtail.nn.kernel;

import java.util.Locale;
import java.util.ServiceLoader;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A set of kernels: one implementation of every operation that networks are made of.
 *
 * <p>All arrays are of its {@link #memory} and contiguous in C order; feature maps are {@code
 * [batch, height, width, channels]}. A set serves one thread at a time, and so do its kernels,
 * which share memory of the set. Kernels write only to the arrays named as results.
 */
public interface Kernels {
  /**
   * System property that forces a set: {@code onednn}, {@code nd4j}, {@code cudnn} or a provider's.
   */
  String PROPERTY = "longtail.kernels";

  /** Short name, as in {@link #PROPERTY}. */
  String name();

  /** Type of the feature maps. */
  DataType type();

  /** Whose memory all arrays that its kernels are given must be in, but for what they say. */
  default KernelMemory memory() {
    return KernelMemory.ofHost();
  }

  /** What computes the same in the memory of the host: itself, unless its own is a device's. */
  default Kernels onHost() {
    return this;
  }

  /**
   * What computes the same faster where no backward pass follows; its maps may be of another type.
   */
  default Kernels forwardOnly() {
    return this;
  }

  /**
   * How many images of a batch go through several kernels together before the next ones do, where
   * no kernel looks at more than one.
   *
   * @param batch images of the batch
   * @param map what a kernel makes of one image
   * @return {@code batch}, or a power of two that does not depend on it
   */
  default long imagesAtOnce(long batch, MapShape map) {
    return batch;
  }

  /** Whether two arrays of one type and length hold the same numbers. */
  boolean same(INDArray a, INDArray b);

  /** A kernel for one convolution. */
  ConvolutionKernel convolution(ConvolutionShape shape);

  /** A kernel for one convolution whose weights rest, with its bias and {@code epilogue}. */
  FusedConvolutionKernel fusedConvolution(ConvolutionShape shape, Epilogue epilogue);

  /** A kernel for one batch normalisation. */
  NormalizationKernel normalization(NormalizationShape shape);

  /**
   * A kernel for one batch normalisation whose mean and variance are those of the batches of all
   * {@code workers}, which run the same passes in the same order. Each pass sends one message.
   */
  NormalizationKernel normalization(NormalizationShape shape, Collective workers);

  /** A kernel for the end of a residual block. */
  ResidualKernel residual(MapShape shape);

  /** A kernel that halves rows and columns and pads to {@code channels}. */
  SubsampleKernel subsample(MapShape input, long channels);

  /** A kernel for the maximum over windows. */
  MaxPoolKernel maxPool(MaxPoolShape shape);

  /** A kernel for the mean over positions. */
  PoolKernel pool(MapShape input);

  /** A kernel for a linear map. */
  LinearKernel linear(DataType type, long batch);

  /** {@code target += addend}. */
  void accumulate(INDArray target, INDArray addend);

  /** Copies numbers into as many of another type. */
  void convert(INDArray from, INDArray to);

  /**
   * The set for maps of {@code type} on this machine, unless {@link #PROPERTY} says.
   *
   * @param type FLOAT, DOUBLE or BFLOAT16; beside maps in bfloat16 all else is float32: parameters,
   *     statistics, features and logits
   * @throws LongTailException if the machine has no such kernels
   */
  static Kernels of(DataType type) {
    String forced = System.getProperty(PROPERTY, "").toLowerCase(Locale.ROOT);
    return switch (forced) {
      case "" -> ofHost(type);
      case "nd4j" -> {
        KernelThreads.settle();
        yield type == DataType.BFLOAT16 ? ofHost(type) : new Nd4jKernels(type);
      }
      case "onednn" -> {
        if (type != DataType.BFLOAT16 && !OneDnnKernels.serves(type)) {
          throw new LongTailException(
              ErrorCode.CONFIG,
              "Cannot use the oneDNN kernels (-D%s=onednn) for %s on the %s backend; use FLOAT on a CPU or leave the property out"
                  .formatted(PROPERTY, type, Nd4j.getBackend().getClass().getSimpleName()));
        }
        yield ofHost(type);
      }
      case CudaKernels.NAME -> CudaKernels.open(type);
      default -> provided(forced).of(type);
    };
  }

  private static KernelProvider provided(String name) {
    for (KernelProvider provider : ServiceLoader.load(KernelProvider.class)) {
      if (provider.name().equals(name)) {
        return provider;
      }
    }
    throw new LongTailException(
        ErrorCode.CONFIG,
        "Unknown kernels -D%s=%s; use onednn, nd4j or cudnn".formatted(PROPERTY, name));
  }

  /**
   * The fastest set for maps of {@code type} whose memory is the host's.
   *
   * @throws LongTailException if the machine has no such kernels
   */
  static Kernels ofHost(DataType type) {
    KernelThreads.settle();
    if (type == DataType.BFLOAT16) {
      return OneDnnKernels.bfloat16();
    }
    return OneDnnKernels.serves(type) ? OneDnnKernels.float32() : new Nd4jKernels(type);
  }
}
