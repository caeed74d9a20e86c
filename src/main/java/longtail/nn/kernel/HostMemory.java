package longtail.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's own arrays, detached from workspaces: nothing is transferred. */
final class HostMemory implements KernelMemory {
  static final HostMemory INSTANCE = new HostMemory();

  private HostMemory() {}

  @Override
  public boolean onHost() {
    return true;
  }

  @Override
  public INDArray allocate(DataType type, long... shape) {
    return Nd4j.createUninitializedDetached(type, shape);
  }

  @Override
  public void free(INDArray array) {
    Scratch.release(array);
  }

  @Override
  public void upload(INDArray from, INDArray to) {
    copy(from, to);
  }

  @Override
  public void download(INDArray from, INDArray to) {
    copy(from, to);
  }

  @Override
  public void fill(INDArray array, double value) {
    if (!array.isEmpty()) {
      array.assign(value);
    }
  }

  @Override
  public void copy(INDArray from, INDArray to) {
    to.assign(from);
  }

  @Override
  public void blend(INDArray running, double kept, INDArray batch, double added) {
    running.muli(kept);
    Nd4j.getBlasWrapper().level1().axpy(batch.length(), added, batch, running);
  }

  @Override
  public void moveTowards(INDArray average, INDArray target, double part) {
    FlatVectors.of(average, target)
        .update(
            new long[] {0, target.length()},
            (chunk, n) -> move(chunk[0], chunk[1], n, (float) part),
            (chunk, n) -> move(chunk[0], chunk[1], n, part));
  }

  private static void move(float[] average, float[] w, int n, float part) {
    for (int i = 0; i < n; i++) {
      average[i] += part * (w[i] - average[i]);
    }
  }

  private static void move(double[] average, double[] w, int n, double part) {
    for (int i = 0; i < n; i++) {
      average[i] += part * (w[i] - average[i]);
    }
  }

  @Override
  public void scale(INDArray vector, double factor, long... bounds) {
    FlatVectors.of(vector, vector)
        .update(
            bounds,
            (chunk, n) -> scale(chunk[0], n, (float) factor),
            (chunk, n) -> scale(chunk[0], n, factor));
  }

  private static void scale(float[] g, int n, float factor) {
    for (int i = 0; i < n; i++) {
      g[i] *= factor;
    }
  }

  private static void scale(double[] g, int n, double factor) {
    for (int i = 0; i < n; i++) {
      g[i] *= factor;
    }
  }

  @Override
  public double sumOfSquares(INDArray vector, long... bounds) {
    double[] sum = new double[1];
    FlatVectors.of(vector, vector)
        .update(
            bounds,
            (chunk, n) -> sum[0] += squares(chunk[0], n),
            (chunk, n) -> sum[0] += squares(chunk[0], n));
    return sum[0];
  }

  /** In float64 and in four sums, which the processor works on at once. */
  private static double squares(float[] g, int n) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      a += (double) g[i] * g[i];
      b += (double) g[i + 1] * g[i + 1];
      c += (double) g[i + 2] * g[i + 2];
      d += (double) g[i + 3] * g[i + 3];
    }
    for (; i < n; i++) {
      a += (double) g[i] * g[i];
    }
    return (a + b) + (c + d);
  }

  private static double squares(double[] g, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += g[i] * g[i];
    }
    return sum;
  }

  @Override
  public void step(
      INDArray parameters, INDArray gradients, INDArray velocity, SgdStep step, long... bounds) {
    FlatVectors vectors = FlatVectors.of(parameters, gradients);
    if (step.momentum() != 0) {
      vectors = vectors.with(velocity, parameters.length(), step.iteration());
    }
    vectors.update(bounds, step::apply, step::apply);
  }

  @Override
  public void step(
      INDArray parameters, INDArray gradients, INDArray moments, AdamStep step, long... bounds) {
    FlatVectors.of(parameters, gradients)
        .with(moments, 2 * parameters.length(), step.iteration())
        .update(bounds, step::apply, step::apply);
  }
}
