package longtail.statistics;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Forms of full covariances. The products {@code w S_c} of some classes at a time are one product
 * of matrices, for products as small as these would be mostly overhead; what remains is of the size
 * of the weights for each class.
 */
final class FullForms implements QuadraticForms {
  /** Numbers of a block of products, some MiB. */
  private static final int BLOCK = 1 << 19;

  /** Weights {@code [classes, width]} on the heap. */
  private record Matrix(double[] elements, int rows, int width) {
    static Matrix of(INDArray array) {
      return new Matrix(Elements.of(array), (int) array.size(0), (int) array.size(1));
    }

    /** {@code (w_j - w_c)_a}. */
    double apart(int j, int c, int a) {
      return elements[j * width + a] - elements[c * width + a];
    }
  }

  /**
   * What becomes of {@code (w_j - w_c)' (S_c + S_c')/2} for one class {@code c} and all {@code j}.
   */
  @FunctionalInterface
  private interface OfClass {
    /**
     * Uses the product.
     *
     * @param row of the class
     * @param product {@code w S_c}, of which {@code j}'s part begins at {@code from + j stride}
     */
    void use(int row, double[] product, int from, int stride);
  }

  @Override
  public INDArray values(ClassRows covariances, INDArray weight) {
    return table(covariances, weight, Matrix.of(weight), 1);
  }

  @Override
  public INDArray tangent(ClassRows covariances, INDArray weight, INDArray direction) {
    return table(covariances, weight, Matrix.of(direction), 2);
  }

  /** {@code factor (w_j - w_c)' S_c (v_j - v_c)}. */
  private static INDArray table(ClassRows covariances, INDArray weight, Matrix v, double factor) {
    int[] classes = covariances.classes();
    double[] table = new double[classes.length * v.rows];
    forEach(
        covariances,
        weight,
        (row, product, from, stride) -> {
          int own = from + classes[row] * stride;
          for (int j = 0; j < v.rows; j++) {
            double sum = 0;
            for (int a = 0, at = from + j * stride; a < v.width; a++, at++) {
              sum += (product[at] - product[own + a]) * v.apart(j, classes[row], a);
            }
            table[row * v.rows + j] = factor * sum;
          }
        });
    return Elements.array(weight.dataType(), table, classes.length, v.rows);
  }

  @Override
  public void addWeightGradient(
      ClassRows covariances, INDArray weight, INDArray gradForms, INDArray gradWeight) {
    int[] classes = covariances.classes();
    int rivals = (int) weight.size(0);
    int width = (int) weight.size(1);
    double[] factors = Elements.of(gradForms);
    double[] sum = new double[rivals * width];
    forEach(
        covariances,
        weight,
        (row, product, from, stride) -> {
          int c = classes[row];
          int own = from + c * stride;
          for (int j = 0; j < rivals; j++) {
            double factor = 2 * factors[row * rivals + j];
            for (int a = 0, at = from + j * stride; a < width; a++, at++) {
              double part = factor * (product[at] - product[own + a]);
              sum[j * width + a] += part;
              sum[c * width + a] -= part;
            }
          }
        });
    gradWeight.addi(Elements.array(weight.dataType(), sum, rivals, width));
  }

  private static void forEach(ClassRows covariances, INDArray weight, OfClass work) {
    INDArray symmetric = covariances.values().add(covariances.values().permute(0, 2, 1)).muli(0.5);
    int width = (int) weight.size(1);
    int rows = covariances.classes().length;
    int perBlock = perBlock(weight);
    for (int first = 0; first < rows; first += perBlock) {
      int block = Math.min(perBlock, rows - first);
      INDArray stacked =
          symmetric
              .get(NDArrayIndex.interval(first, first + block))
              .reshape('c', (long) block * width, width);
      INDArray products =
          Nd4j.createUninitialized(weight.dataType(), weight.size(0), (long) block * width);
      Products.secondTransposed(weight, stacked, products, 1, 0);
      double[] elements = Elements.of(products);
      for (int k = 0; k < block; k++) {
        work.use(first + k, elements, k * width, block * width);
      }
    }
  }

  private static int perBlock(INDArray weight) {
    return (int) Math.max(1, BLOCK / weight.length());
  }

  @Override
  public ClassRows covarianceGradient(int[] classes, INDArray weight, INDArray gradForms) {
    Matrix w = Matrix.of(weight);
    double[] factors = Elements.of(gradForms);
    return outer(
        classes, weight, w, (row, j, a) -> factors[row * w.rows + j] * w.apart(j, classes[row], a));
  }

  @Override
  public ClassRows covarianceGradientTangent(
      int[] classes,
      INDArray weight,
      INDArray direction,
      INDArray gradForms,
      INDArray tangentForms) {
    Matrix w = Matrix.of(weight);
    Matrix v = Matrix.of(direction);
    double[] factors = Elements.of(gradForms);
    double[] moving = Elements.of(tangentForms);
    // half of it is what stands on its right, the other half is that transposed
    return outer(
        classes,
        weight,
        w,
        (row, j, a) ->
            moving[row * w.rows + j] * w.apart(j, classes[row], a)
                + 2 * factors[row * w.rows + j] * v.apart(j, classes[row], a));
  }

  /** One element of what stands on the right of a sum of outer products. */
  @FunctionalInterface
  private interface Right {
    double at(int row, int j, int a);
  }

  /** {@code sum_j (w_j - w_c) right_j'} for every class, made symmetric. */
  private static ClassRows outer(int[] classes, INDArray weight, Matrix w, Right right) {
    double[] outer = new double[classes.length * w.width * w.width];
    int perBlock = perBlock(weight);
    for (int first = 0; first < classes.length; first += perBlock) {
      int block = Math.min(perBlock, classes.length - first);
      int stride = block * w.width;
      double[] rights = new double[w.rows * stride];
      double[] sums = new double[stride];
      for (int j = 0; j < w.rows; j++) {
        for (int k = 0; k < block; k++) {
          for (int a = 0; a < w.width; a++) {
            double element = right.at(first + k, j, a);
            rights[j * stride + k * w.width + a] = element;
            sums[k * w.width + a] += element;
          }
        }
      }
      INDArray products = Nd4j.createUninitialized(weight.dataType(), w.width, stride);
      Products.firstTransposed(
          weight, Elements.array(weight.dataType(), rights, w.rows, stride), products, 1, 0);
      double[] elements = Elements.of(products);
      for (int k = 0; k < block; k++) {
        add(outer, classes, first + k, w, elements, k * w.width, stride, sums);
      }
    }
    return new ClassRows(
        classes, Elements.array(weight.dataType(), outer, classes.length, w.width, w.width));
  }

  private static void add(
      double[] outer,
      int[] classes,
      int row,
      Matrix w,
      double[] products,
      int from,
      int stride,
      double[] sums) {
    int width = w.width;
    int to = row * width * width;
    for (int a = 0; a < width; a++) {
      double own = w.elements[classes[row] * width + a];
      for (int b = 0; b < width; b++) {
        double half = (products[a * stride + from + b] - own * sums[from + b]) / 2;
        outer[to + a * width + b] += half;
        outer[to + b * width + a] += half;
      }
    }
  }
}
