package longtail.nn.layer;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import longtail.RandomStreams;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Random initial values. */
public final class InitialValues {
  private InitialValues() {}

  /** Normal with mean 0 and the given deviation. */
  public static void normal(INDArray array, double deviation, SplittableRandom random) {
    fill(array, () -> deviation * RandomStreams.gaussian(random));
  }

  /** Uniform in {@code [-bound, bound)}. */
  public static void uniform(INDArray array, double bound, SplittableRandom random) {
    fill(array, () -> bound * (2 * random.nextDouble() - 1));
  }

  private static void fill(INDArray array, DoubleSupplier draw) {
    double[] values = new double[Math.toIntExact(array.length())];
    for (int i = 0; i < values.length; i++) {
      values[i] = draw.getAsDouble();
    }
    array.assign(Nd4j.createFromArray(values).reshape('c', array.shape()).castTo(array.dataType()));
  }
}
