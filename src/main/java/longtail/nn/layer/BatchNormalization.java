package longtail.nn.layer;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import longtail.nn.kernel.KernelMemory;
import longtail.nn.kernel.Kernels;
import longtail.nn.kernel.MapShape;
import longtail.nn.kernel.Moments;
import longtail.nn.kernel.NormalizationKernel;
import longtail.nn.kernel.NormalizationShape;
import longtail.nn.kernel.NormalizationShape.Activation;
import longtail.nn.kernel.NormalizationShape.Statistics;
import longtail.nn.kernel.ScaleAndShift;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A batch normalisation over channels, with the rectifier that follows it if there is one, by
 * PyTorch's rules: the biased variance normalises, the unbiased one enters the running value, and a
 * training forward pass moves the running values itself by {@code momentum} towards the batch's.
 */
public final class BatchNormalization extends OperatorLayerConfiguration {
  /** How far a training pass moves the running values towards those of its batch. */
  public static final double MOMENTUM = 0.1;

  static final String SCALE = "scale";
  static final String SHIFT = "shift";
  static final String MEAN = "mean";
  static final String VARIANCE = "variance";

  /** The tensors that a normalisation by running statistics reads. */
  static final List<String> KEYS = List.of(SCALE, SHIFT, MEAN, VARIANCE);

  @JsonProperty private Activation following = Activation.NONE;
  @JsonProperty private double epsilon = 1e-5;
  @JsonProperty private double momentum = MOMENTUM;

  /** For reading a saved configuration. */
  BatchNormalization() {}

  /** A normalisation of {@code channels} channels, followed by {@code following}. */
  public BatchNormalization(int channels, Activation following) {
    nIn = channels;
    nOut = channels;
    this.following = following;
  }

  /** What follows the normalisation. */
  public Activation following() {
    return following;
  }

  boolean rectified() {
    return following == Activation.RELU;
  }

  /** What is added to variances. */
  public double epsilon() {
    return epsilon;
  }

  @Override
  public List<Tensor> tensors() {
    long[] shape = {nOut};
    return List.of(
        new Tensor(SCALE, "weight", shape, Role.NORM_SCALE),
        new Tensor(SHIFT, "bias", shape, Role.NORM_SHIFT),
        new Tensor(MEAN, "running_mean", shape, Role.RUNNING_MEAN),
        new Tensor(VARIANCE, "running_var", shape, Role.RUNNING_VARIANCE));
  }

  @Override
  public void initialize(Map<String, INDArray> views, SplittableRandom random) {
    views.get(SCALE).assign(1);
    views.get(SHIFT).assign(0);
    views.get(MEAN).assign(0);
    views.get(VARIANCE).assign(1);
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    return input;
  }

  @Override
  public void setNIn(InputType input, boolean override) {
    if (nIn <= 0 || override) {
      nIn = ((InputType.InputTypeConvolutional) input).getChannels();
      nOut = nIn;
    }
  }

  @Override
  public OperatorLayer<?> layer(NeuralNetConfiguration configuration, DataType type) {
    return new Implementation(configuration, type);
  }

  private static final class Implementation extends OperatorLayer<BatchNormalization> {
    Implementation(NeuralNetConfiguration configuration, DataType type) {
      super(configuration, type);
    }

    @Override
    public long[] outputShape(long[]... inputs) {
      return inputs[0].clone();
    }

    @Override
    public boolean byImage() {
      return true;
    }

    @Override
    public boolean keepsOutput() {
      return layerConf().following == Activation.RELU;
    }

    @Override
    public boolean recomputesCheaply() {
      return true;
    }

    @Override
    public boolean overwritesInput() {
      return true;
    }

    @Override
    public boolean overwritesGradient() {
      return true;
    }

    @Override
    public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
      Statistics statistics =
          switch (mode) {
            case TRAIN, BATCH_STATISTICS -> Statistics.BATCH;
            case RUNNING_STATISTICS -> Statistics.GIVEN;
            case EVAL -> Statistics.GIVEN_FORWARD_ONLY;
          };
      BatchNormalization layer = layerConf();
      NormalizationShape shape =
          new NormalizationShape(
              MapShape.of(inputs[0]), layer.epsilon, layer.following, statistics);
      return new Normalizing(kernels, shape, mode);
    }

    private final class Normalizing implements PreparedOperator {
      private final KernelMemory memory;
      private final NormalizationKernel kernel;
      private final Mode mode;
      private final INDArray batchMean;
      private final INDArray batchVariance;

      Normalizing(Kernels kernels, NormalizationShape shape, Mode mode) {
        memory = kernels.memory();
        kernel = kernels.normalization(shape);
        this.mode = mode;
        batchMean = shape.ofBatch() ? channels(shape) : null;
        batchVariance = shape.ofBatch() ? channels(shape) : null;
      }

      private INDArray channels(NormalizationShape shape) {
        return memory.allocate(dataType, shape.map().channels());
      }

      private ScaleAndShift affine() {
        return new ScaleAndShift(getParam(SCALE), getParam(SHIFT));
      }

      private Moments moments() {
        return batchMean == null
            ? new Moments(getParam(MEAN), getParam(VARIANCE))
            : new Moments(batchMean, batchVariance);
      }

      @Override
      public void forward(INDArray[] x, INDArray y) {
        kernel.forward(x[0], affine(), moments(), y);
        if (mode == Mode.TRAIN) {
          move(getParam(MEAN), batchMean, 1);
          long positions = kernel.positions();
          move(getParam(VARIANCE), batchVariance, (double) positions / Math.max(1, positions - 1));
        }
      }

      /**
       * Takes the moments again: by those that are there oneDNN rounds otherwise, and a step would
       * depend on what is recomputed.
       */
      @Override
      public void repeat(INDArray[] x, INDArray y) {
        kernel.forward(x[0], affine(), moments(), y);
      }

      private void move(INDArray running, INDArray batch, double factor) {
        double momentum = layerConf().momentum;
        memory.blend(running, 1 - momentum, batch, momentum * factor);
      }

      @Override
      public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
        kernel.backward(
            x[0],
            y,
            affine(),
            moments(),
            gradY,
            gradX[0],
            new ScaleAndShift(gradient(SCALE), gradient(SHIFT)));
      }

      @Override
      public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
        ScaleAndShift tangentAffine = new ScaleAndShift(direction(SCALE), direction(SHIFT));
        kernel.tangent(x[0], y, affine(), moments(), tangentX[0], tangentAffine, tangentY);
      }

      @Override
      public void close() {
        kernel.close();
        memory.free(batchMean);
        memory.free(batchVariance);
      }
    }
  }
}
