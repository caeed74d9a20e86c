package longtail.nn.layer;

import java.util.SplittableRandom;
import longtail.RandomStreams;
import longtail.nn.kernel.Kernels;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sets features to zero at random and raises the others by {@code 1 / (1 - share)}, so that their
 * expectation stays.
 *
 * <p>Whatever a network computes between two calls of {@link #draw} drops the same features of the
 * i-th sample of a batch: a tangent, a difference quotient and a backward pass are those of one
 * function.
 */
public final class Dropout implements Operator {
  private final double share;
  private final long place;
  private final Draw draw;

  /** The seed of the moment, which the views of a network have in common. */
  private static final class Draw {
    private long seed;
  }

  /**
   * Drops nothing in particular yet: {@link #draw} comes before the first pass.
   *
   * @param share of the features that become zero, in (0, 1)
   */
  public Dropout(double share) {
    this(share, 0, new Draw());
  }

  private Dropout(double share, long place, Draw draw) {
    this.share = share;
    this.place = place;
    this.draw = draw;
  }

  /** The same for a view of the network, which drops other features. */
  public Dropout ofView() {
    return new Dropout(share, place + 1, draw);
  }

  /** Drops the features that {@code seed} says from now on, in views too. */
  public void draw(long seed) {
    draw.seed = seed;
  }

  @Override
  public long[] outputShape(long[]... inputs) {
    return inputs[0];
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
  public boolean island() {
    return true;
  }

  @Override
  public PreparedOperator prepare(Kernels kernels, Mode mode, long[]... inputs) {
    return new PreparedOperator() {
      private INDArray factors;

      @Override
      public void forward(INDArray[] x, INDArray y) {
        factors = factors(y.dataType(), inputs[0]);
        x[0].mul(factors, y);
      }

      @Override
      public void backward(INDArray[] x, INDArray y, INDArray gradY, INDArray[] gradX) {
        if (gradX[0] != null) {
          gradY.mul(factors, gradX[0]);
        }
      }

      @Override
      public void tangent(INDArray[] x, INDArray[] tangentX, INDArray y, INDArray tangentY) {
        tangentX[0].mul(factors, tangentY);
      }

      @Override
      public void close() {}
    };
  }

  /** Zero for what is dropped, {@code 1 / (1 - share)} for the rest. */
  private INDArray factors(DataType type, long... shape) {
    SplittableRandom random = RandomStreams.of(draw.seed, place);
    double[][] factors = new double[(int) shape[0]][(int) shape[1]];
    for (double[] row : factors) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextDouble() < share ? 0 : 1 / (1 - share);
      }
    }
    return Nd4j.create(factors).castTo(type);
  }
}
