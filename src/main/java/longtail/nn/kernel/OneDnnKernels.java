package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;

import java.util.HashMap;
import java.util.Map;
import longtail.Collective;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Kernels on the CPU by oneDNN; the linear map goes to the BLAS of ND4J. */
final class OneDnnKernels implements Kernels {
  /** Bytes of a slice's map that stay in the second-level cache of a core until the next step. */
  private static final long CACHED = 512 << 10;

  /** Positions of a slice's map at which each weight, once fetched, is used often enough. */
  private static final long POSITIONS = 784;

  private static final long MOST_IMAGES = 8;

  private final DataType type;
  private final Arithmetic arithmetic;
  private final OneDnnWidenedConvolution.Loan wideInputs = new OneDnnWidenedConvolution.Loan();
  private final OneDnnWidenedConvolution.Loan wideOutputs = new OneDnnWidenedConvolution.Loan();
  private final OneDnnWidenedConvolution.Loan normalized = new OneDnnWidenedConvolution.Loan();
  private final Map<Extent, Sum> sums = new HashMap<>();
  private final Map<Conversion, OneDnnConversion> conversions = new HashMap<>();

  OneDnnKernels(DataType type, Arithmetic arithmetic) {
    this.type = type;
    this.arithmetic = arithmetic;
  }

  /** In what numbers convolutions compute. */
  enum Arithmetic {
    /** In those of their maps. */
    SAME,
    /** In float32, between conversions. */
    WIDENED
  }

  /** What a sum depends on. */
  private record Extent(long length, DataType type) {
    static Extent of(INDArray array) {
      return new Extent(array.length(), array.dataType());
    }
  }

  /** What a conversion depends on. */
  private record Conversion(Extent from, DataType to) {}

  /** Maps in float32. */
  static Kernels float32() {
    return new OneDnnKernels(DataType.FLOAT, Arithmetic.SAME);
  }

  /** Maps in bfloat16. */
  static Kernels bfloat16() {
    String backend = Nd4j.getBackend().getClass().getSimpleName();
    if (!serves(DataType.FLOAT) || !OneDnn.has(dnnl.cpu_isa.avx512_core)) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot compute in bfloat16 on this machine (%s): it needs a processor with AVX-512; use model.precision: float32"
              .formatted(backend));
    }
    return new OneDnnKernels(
        DataType.BFLOAT16,
        OneDnn.has(dnnl.cpu_isa.avx512_core_bf16) ? Arithmetic.SAME : Arithmetic.WIDENED);
  }

  /** Whether oneDNN computes with {@code type} where ND4J keeps its arrays. */
  static boolean serves(DataType type) {
    return type == DataType.FLOAT && Nd4j.getBackend().getClass().getSimpleName().contains("Cpu");
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public DataType type() {
    return type;
  }

  @Override
  public Kernels forwardOnly() {
    return arithmetic == Arithmetic.WIDENED ? float32() : this;
  }

  @Override
  public long imagesAtOnce(long batch, MapShape map) {
    long bytes = map.positions() * map.channels() * type.width();
    long wanted = Math.max(CACHED / bytes, POSITIONS / map.positions());
    return Long.highestOneBit(Math.max(1, Math.min(MOST_IMAGES, wanted)));
  }

  @Override
  public boolean same(INDArray a, INDArray b) {
    long bytes = a.length() * a.dataType().width();
    return Pointer.memcmp(a.data().addressPointer(), b.data().addressPointer(), bytes) == 0;
  }

  @Override
  public ConvolutionKernel convolution(ConvolutionShape shape) {
    return switch (arithmetic) {
      case SAME -> new OneDnnConvolution(shape, OneDnn.typeOf(type));
      case WIDENED -> new OneDnnWidenedConvolution(shape, wideInputs, wideOutputs);
    };
  }

  @Override
  public FusedConvolutionKernel fusedConvolution(ConvolutionShape shape, Epilogue epilogue) {
    return new OneDnnFusedConvolution(shape, epilogue, OneDnn.typeOf(type));
  }

  @Override
  public NormalizationKernel normalization(NormalizationShape shape) {
    return new OneDnnNormalization(shape, OneDnn.typeOf(type));
  }

  @Override
  public NormalizationKernel normalization(NormalizationShape shape, Collective workers) {
    if (!shape.ofBatch()) {
      return normalization(shape);
    }
    if (type != DataType.FLOAT) {
      throw new UnsupportedOperationException("workers share statistics of float32 maps");
    }
    return new OneDnnSynchronizedNormalization(shape, workers, normalized);
  }

  @Override
  public ResidualKernel residual(MapShape shape) {
    return new OneDnnResidual(shape, OneDnn.typeOf(type));
  }

  @Override
  public SubsampleKernel subsample(MapShape input, long channels) {
    return new OneDnnSubsample(input, channels, type);
  }

  @Override
  public MaxPoolKernel maxPool(MaxPoolShape shape) {
    return new OneDnnMaxPool(shape, OneDnn.typeOf(type));
  }

  @Override
  public PoolKernel pool(MapShape input) {
    return type == DataType.FLOAT ? new OneDnnPool(input) : new OneDnnWidenedPool(input);
  }

  @Override
  public LinearKernel linear(DataType linearType, long batch) {
    return new Nd4jLinear(linearType, batch);
  }

  @Override
  public void accumulate(INDArray target, INDArray addend) {
    sums.computeIfAbsent(Extent.of(target), Sum::new).run(target, addend);
  }

  @Override
  public void convert(INDArray from, INDArray to) {
    conversions
        .computeIfAbsent(
            new Conversion(Extent.of(from), to.dataType()),
            wanted ->
                new OneDnnConversion(
                    wanted.from().length(),
                    OneDnn.typeOf(wanted.from().type()),
                    OneDnn.typeOf(wanted.to())))
        .run(Slot.address(from), Slot.address(to));
  }

  private static final class Sum {
    private final Slot target;
    private final Slot addend;
    private final Compiled add;

    Sum(Extent extent) {
      memory.desc vector =
          new memory.desc(
              new long[] {extent.length()}, OneDnn.typeOf(extent.type()), memory.format_tag.x);
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
