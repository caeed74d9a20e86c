package longtail.statistics;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Forms of diagonal covariances, multiplied out: {@code q = s w_j² - 2 (s w_c) w_j + s w_c²} is
 * three products of matrices for all rows at once.
 */
final class DiagonalForms implements QuadraticForms {
  private final Buffer squares = new Buffer();

  @Override
  public INDArray values(ClassRows covariances, INDArray weight) {
    INDArray s = covariances.values();
    INDArray own = rows(weight, covariances.classes());
    INDArray sOwn = s.mul(own);
    INDArray table = table(weight, covariances.classes().length);
    Products.secondTransposed(s, squares(weight, weight), table, 1, 0);
    Products.secondTransposed(sOwn, weight, table, -2, 1);
    table.addiColumnVector(sOwn.mul(own).sum(1));
    return withoutOwn(table, covariances.classes());
  }

  @Override
  public INDArray tangent(ClassRows covariances, INDArray weight, INDArray direction) {
    INDArray s = covariances.values();
    INDArray own = rows(weight, covariances.classes());
    INDArray ownDirection = rows(direction, covariances.classes());
    INDArray sOwn = s.mul(own);
    INDArray table = table(weight, covariances.classes().length);
    Products.secondTransposed(s, squares(weight, direction), table, 2, 0);
    Products.secondTransposed(s.mul(ownDirection), weight, table, -2, 1);
    Products.secondTransposed(sOwn, direction, table, -2, 1);
    table.addiColumnVector(sOwn.muli(ownDirection).sum(1).muli(2));
    return withoutOwn(table, covariances.classes());
  }

  @Override
  public void addWeightGradient(
      ClassRows covariances, INDArray weight, INDArray gradForms, INDArray gradWeight) {
    INDArray s = covariances.values();
    INDArray own = rows(weight, covariances.classes());
    INDArray sums = squares.like(weight);
    Products.firstTransposed(gradForms, s, sums, 2, 0);
    gradWeight.addi(sums.muli(weight));
    Products.firstTransposed(gradForms, s.mul(own), gradWeight, -2, 1);
    INDArray ofOwn = product(gradForms, weight);
    ofOwn.subi(own.muliColumnVector(gradForms.sum(1))).muli(s).muli(2);
    for (int row = 0; row < covariances.classes().length; row++) {
      gradWeight.getRow(covariances.classes()[row]).subi(ofOwn.getRow(row));
    }
  }

  @Override
  public ClassRows covarianceGradient(int[] classes, INDArray weight, INDArray gradForms) {
    INDArray own = rows(weight, classes);
    INDArray gradient = product(gradForms, squares(weight, weight));
    gradient.subi(product(gradForms, weight).muli(own).muli(2));
    gradient.addi(own.muli(own).muliColumnVector(gradForms.sum(1)));
    return new ClassRows(classes, gradient);
  }

  @Override
  public ClassRows covarianceGradientTangent(
      int[] classes,
      INDArray weight,
      INDArray direction,
      INDArray gradForms,
      INDArray tangentForms) {
    INDArray own = rows(weight, classes);
    INDArray ownDirection = rows(direction, classes);
    INDArray moved = product(gradForms, squares(weight, direction));
    moved.subi(product(gradForms, weight).muli(ownDirection));
    moved.subi(product(gradForms, direction).muli(own));
    moved.addi(own.muli(ownDirection).muliColumnVector(gradForms.sum(1)));
    ClassRows still = covarianceGradient(classes, weight, tangentForms);
    return still.plus(new ClassRows(classes, moved), 2);
  }

  private INDArray squares(INDArray a, INDArray b) {
    return squares.like(a).assign(a).muli(b);
  }

  private static INDArray rows(INDArray matrix, int[] classes) {
    INDArray rows = Nd4j.createUninitialized(matrix.dataType(), classes.length, matrix.size(1));
    for (int row = 0; row < classes.length; row++) {
      rows.putRow(row, matrix.getRow(classes[row]));
    }
    return rows;
  }

  private static INDArray product(INDArray table, INDArray matrix) {
    INDArray product = Nd4j.createUninitialized(matrix.dataType(), table.size(0), matrix.size(1));
    Products.plain(table, matrix, product, 1, 0);
    return product;
  }

  private static INDArray table(INDArray weight, int rows) {
    return Nd4j.createUninitialized(weight.dataType(), rows, weight.size(0));
  }

  /** A class is exactly as far from itself as it should be, whatever was rounded. */
  private static INDArray withoutOwn(INDArray table, int[] classes) {
    for (int row = 0; row < classes.length; row++) {
      table.putScalar(row, classes[row], 0);
    }
    return table;
  }
}
