package longtail.statistics;

import longtail.statistics.OuterProducts.Block;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Forms of full covariances, multiplied out. The forms {@code w_j' S_c w_j} of all classes are one
 * product of matrices, of the covariances as rows with the outer products of the weights; what is
 * left holds {@code w_c} and is of the size of the covariances.
 */
final class FullForms implements QuadraticForms {
  /** Numbers of a block of outer products, some MiB. */
  private static final long ROOM = 1 << 20;

  private final OuterProducts outer;
  private final Buffer part = new Buffer();
  private final Buffer product = new Buffer();

  FullForms() {
    this(ROOM);
  }

  /** Forms with {@code room} numbers at a time for outer products. */
  FullForms(long room) {
    outer = new OuterProducts(room);
  }

  @Override
  public INDArray values(ClassRows covariances, INDArray weight) {
    INDArray forms = table(covariances, weight);
    outer.of(weight, (block, products) -> addForms(covariances, block, products, forms));
    INDArray cross = table(covariances, weight);
    Products.secondTransposed(ofOwn(covariances, weight), weight, cross, 2, 0);
    return around(covariances.classes(), forms, cross);
  }

  @Override
  public INDArray tangent(ClassRows covariances, INDArray weight, INDArray direction) {
    INDArray forms = table(covariances, weight);
    outer.derivative(
        weight, direction, (block, products) -> addForms(covariances, block, products, forms));
    INDArray cross = table(covariances, weight);
    Products.secondTransposed(ofOwn(covariances, weight), direction, cross, 2, 0);
    Products.secondTransposed(ofOwn(covariances, direction), weight, cross, 2, 1);
    return around(covariances.classes(), forms, cross);
  }

  private static INDArray table(ClassRows covariances, INDArray weight) {
    return Nd4j.createUninitialized(
        weight.dataType(), covariances.classes().length, weight.size(0));
  }

  private void addForms(ClassRows covariances, Block block, INDArray products, INDArray forms) {
    INDArray columns = columns(rows(covariances.values()), block);
    Products.secondTransposed(columns, products, forms, 1, block.from() == 0 ? 0 : 1);
  }

  /** {@code forms_cj - cross_cj + forms_cc}, where {@code cross_cc = 2 forms_cc}. */
  private static INDArray around(int[] classes, INDArray forms, INDArray cross) {
    double[] table = Elements.of(forms);
    double[] crosses = Elements.of(cross);
    int rivals = (int) forms.size(1);
    for (int k = 0; k < classes.length; k++) {
      double own = table[k * rivals + classes[k]];
      for (int j = 0, at = k * rivals; j < rivals; j++, at++) {
        table[at] += own - crosses[at];
      }
      table[k * rivals + classes[k]] = 0;
    }
    return Elements.array(forms.dataType(), table, classes.length, rivals);
  }

  @Override
  public void addWeightGradient(
      ClassRows covariances, INDArray weight, INDArray gradForms, INDArray gradWeight) {
    int[] classes = covariances.classes();
    int width = (int) weight.size(1);
    double[] w = Elements.of(weight);
    double[] sum = ofMixtures(covariances.values(), weight, gradForms);
    double[] apart = product(gradForms, weight);
    double[] totals = totals(gradForms);
    for (int k = 0; k < classes.length; k++) {
      add(-totals[k], w, classes[k], apart, k, width);
    }
    double[] ofApart = Squares.products(covariances.values(), apart);
    for (int k = 0; k < classes.length; k++) {
      add(-2, ofApart, k, sum, classes[k], width);
    }
    INDArray gradient = Elements.array(weight.dataType(), sum, weight.size(0), width);
    Products.firstTransposed(gradForms, ofOwn(covariances, weight), gradient, -2, 1);
    gradWeight.addi(gradient);
  }

  /** {@code 2 sum_c gradForms_cj (S_c + S_c')/2 w_j}. */
  private double[] ofMixtures(INDArray squares, INDArray weight, INDArray gradForms) {
    long rivals = weight.size(0);
    int width = (int) weight.size(1);
    double[] w = Elements.of(weight);
    double[] sum = new double[w.length];
    INDArray rows = rows(squares);
    Block block;
    for (int from = 0; from < width; from = block.to()) {
      block = outer.block(from, rivals, width);
      INDArray mixed = product.of(weight.dataType(), rivals, block.length());
      Products.firstTransposed(gradForms, columns(rows, block), mixed, 2, 0);
      Squares.addProducts(mixed, block, w, sum);
    }
    return sum;
  }

  @Override
  public ClassRows covarianceGradient(int[] classes, INDArray weight, INDArray gradForms) {
    INDArray gradient = squares(classes, weight);
    outer.of(weight, (block, products) -> put(gradForms, products, block, gradient, 0));
    double[] left = product(gradForms, weight);
    double[] w = Elements.of(weight);
    double[] totals = totals(gradForms);
    for (int k = 0; k < classes.length; k++) {
      add(-totals[k] / 2, w, classes[k], left, k, (int) weight.size(1));
    }
    Squares.subtract(gradient, classes, new Squares.Pair(left, w));
    return new ClassRows(classes, gradient);
  }

  @Override
  public ClassRows covarianceGradientTangent(
      int[] classes,
      INDArray weight,
      INDArray direction,
      INDArray gradForms,
      INDArray tangentForms) {
    INDArray gradient = squares(classes, weight);
    outer.of(weight, (block, products) -> put(tangentForms, products, block, gradient, 0));
    outer.derivative(
        weight, direction, (block, products) -> put(gradForms, products, block, gradient, 1));
    double[] ofWeight = product(tangentForms, weight);
    double[] more = product(gradForms, direction);
    double[] ofDirection = product(gradForms, weight);
    double[] w = Elements.of(weight);
    double[] v = Elements.of(direction);
    double[] moving = totals(tangentForms);
    double[] totals = totals(gradForms);
    int width = (int) weight.size(1);
    for (int k = 0; k < classes.length; k++) {
      add(1, more, k, ofWeight, k, width);
      add(-moving[k] / 2, w, classes[k], ofWeight, k, width);
      add(-totals[k], v, classes[k], ofWeight, k, width);
    }
    Squares.subtract(
        gradient, classes, new Squares.Pair(ofWeight, w), new Squares.Pair(ofDirection, v));
    return new ClassRows(classes, gradient);
  }

  private static INDArray squares(int[] classes, INDArray weight) {
    return Nd4j.createUninitialized(
        weight.dataType(), classes.length, weight.size(1), weight.size(1));
  }

  /** {@code squares = factors products + kept squares} within {@code block}. */
  private void put(INDArray factors, INDArray products, Block block, INDArray squares, int kept) {
    INDArray rows = rows(squares);
    if (block.whole()) {
      Products.plain(factors, products, rows, 1, kept);
      return;
    }
    INDArray sum = product.of(squares.dataType(), rows.size(0), block.length());
    Products.plain(factors, products, sum, 1, 0);
    INDArray place = place(rows, block);
    if (kept == 0) {
      place.assign(sum);
    } else {
      place.addi(sum);
    }
  }

  private static double[] product(INDArray table, INDArray matrix) {
    INDArray sums = Nd4j.createUninitialized(matrix.dataType(), table.size(0), matrix.size(1));
    Products.plain(table, matrix, sums, 1, 0);
    return Elements.of(sums);
  }

  /** The sum of each row. */
  private static double[] totals(INDArray table) {
    double[] elements = Elements.of(table);
    double[] totals = new double[(int) table.size(0)];
    for (int i = 0; i < elements.length; i++) {
      totals[i / (int) table.size(1)] += elements[i];
    }
    return totals;
  }

  /** Adds {@code factor} times row {@code i} of {@code from} to row {@code k} of {@code to}. */
  private static void add(double factor, double[] from, int i, double[] to, int k, int width) {
    for (int a = 0; a < width; a++) {
      to[k * width + a] += factor * from[i * width + a];
    }
  }

  /** {@code (S_c + S_c')/2 a_c} for the row {@code a_c} of {@code matrix}, of every class. */
  private static INDArray ofOwn(ClassRows covariances, INDArray matrix) {
    int[] classes = covariances.classes();
    int width = (int) matrix.size(1);
    double[] elements = Elements.of(matrix);
    double[] own = new double[classes.length * width];
    for (int k = 0; k < classes.length; k++) {
      System.arraycopy(elements, classes[k] * width, own, k * width, width);
    }
    return Elements.array(
        matrix.dataType(), Squares.products(covariances.values(), own), classes.length, width);
  }

  private static INDArray rows(INDArray squares) {
    return squares.reshape('c', squares.size(0), squares.size(1) * squares.size(2));
  }

  private static INDArray place(INDArray rows, Block block) {
    long from = (long) block.from() * block.width();
    return rows.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + block.length()));
  }

  private INDArray columns(INDArray rows, Block block) {
    return block.whole()
        ? rows
        : part.of(rows.dataType(), rows.size(0), block.length()).assign(place(rows, block));
  }
}
