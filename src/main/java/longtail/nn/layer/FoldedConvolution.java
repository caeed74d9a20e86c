package longtail.nn.layer;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import longtail.nn.kernel.ConvolutionShape;
import longtail.nn.kernel.Epilogue;
import longtail.nn.kernel.FusedConvolutionKernel;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A convolution and the batch normalisation behind it as one convolution with a bias, for {@link
 * Mode#EVAL}: {@code W' = W g / sqrt(v + e)} and {@code b = s - m g / sqrt(v + e)} for scale {@code
 * g}, shift {@code s}, running mean {@code m} and variance {@code v}, computed in float64. The sum
 * of a residual block and the rectifier may go with it.
 */
public final class FoldedConvolution implements Operator {
  private final OperatorLayer<?> convolution;
  private final OperatorLayer<?> normalization;
  private final Epilogue epilogue;

  private FoldedConvolution(
      OperatorLayer<?> convolution, OperatorLayer<?> normalization, Epilogue epilogue) {
    this.convolution = convolution;
    this.normalization = normalization;
    this.epilogue = epilogue;
  }

  /** The two as one; empty if they are not a convolution and a batch normalisation. */
  public static Optional<FoldedConvolution> of(Operator first, Operator second) {
    if (first instanceof OperatorLayer<?> convolution
        && convolution.layerConf() instanceof Convolution
        && second instanceof OperatorLayer<?> normalization
        && normalization.layerConf() instanceof BatchNormalization norm) {
      Epilogue epilogue = norm.rectified() ? Epilogue.RECTIFIER : Epilogue.NONE;
      return Optional.of(new FoldedConvolution(convolution, normalization, epilogue));
    }
    return Optional.empty();
  }

  /** Whether nothing follows the normalisation yet. */
  public boolean open() {
    return epilogue == Epilogue.NONE;
  }

  /** This with the end of a residual block: the other addend is the first input then. */
  public FoldedConvolution summed() {
    return new FoldedConvolution(convolution, normalization, Epilogue.SUM_AND_RECTIFIER);
  }

  private ConvolutionShape shape(long[]... inputs) {
    MapShape input = MapShape.of(inputs[inputs.length - 1]);
    return ((Convolution) convolution.layerConf()).shape(input);
  }

  @Override
  public long[] outputShape(long[]... inputs) {
    return shape(inputs).output().toArray();
  }

  @Override
  public boolean keepsInputs() {
    return false;
  }

  @Override
  public boolean keepsOutput() {
    return false;
  }

  @Override
  public boolean byImage() {
    return true;
  }

  @Override
  public boolean overwritesInput() {
    return epilogue == Epilogue.SUM_AND_RECTIFIER;
  }

  @Override
  public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
    if (mode != Mode.EVAL) {
      throw new IllegalArgumentException("a normalisation folds only in EVAL, not in " + mode);
    }
    return new Prepared(kernels, kernels.fusedConvolution(shape(inputs), epilogue));
  }

  private final class Prepared implements PreparedOperator {
    private final Kernels kernels;
    private final FusedConvolutionKernel kernel;

    Prepared(Kernels kernels, FusedConvolutionKernel kernel) {
      this.kernels = kernels;
      this.kernel = kernel;
    }

    @Override
    public void takeParameters() {
      double epsilon = ((BatchNormalization) normalization.layerConf()).epsilon();
      Map<String, double[]> norm = new TreeMap<>();
      for (String key : BatchNormalization.KEYS) {
        norm.put(key, kernels.memory().host(normalization.getParam(key)).data().asDouble());
      }
      double[] factor = norm.get(BatchNormalization.SCALE);
      double[] variance = norm.get(BatchNormalization.VARIANCE);
      double[] mean = norm.get(BatchNormalization.MEAN);
      double[] bias = norm.get(BatchNormalization.SHIFT);
      for (int c = 0; c < factor.length; c++) {
        factor[c] /= Math.sqrt(variance[c] + epsilon);
        bias[c] -= mean[c] * factor[c];
      }
      INDArray weight = kernels.memory().host(convolution.getParam(Convolution.WEIGHT));
      INDArray scaled = Nd4j.createUninitializedDetached(DataType.DOUBLE, weight.shape());
      INDArray factors = Nd4j.createFromArray(factor).reshape('c', new long[] {factor.length, 1});
      scaled.assign(weight);
      scaled
          .reshape('c', new long[] {factor.length, weight.length() / factor.length})
          .muliColumnVector(factors);
      kernel.load(
          scaled.castTo(weight.dataType()), Nd4j.createFromArray(bias).castTo(weight.dataType()));
    }

    @Override
    public void forward(INDArray[] inputs, INDArray output) {
      if (overwritesInput() && !sameMemory(inputs[0], output)) {
        kernels.convert(inputs[0], output);
      }
      kernel.forward(inputs[inputs.length - 1], output);
    }

    private static boolean sameMemory(INDArray a, INDArray b) {
      return a.data().addressPointer().address() == b.data().addressPointer().address();
    }

    @Override
    public void backward(
        INDArray[] inputs, INDArray output, INDArray gradOutput, INDArray[] gradInputs) {
      throw new UnsupportedOperationException("no backward pass follows an evaluated network");
    }

    @Override
    public void close() {
      kernel.close();
    }
  }
}
