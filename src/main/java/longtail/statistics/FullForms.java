package longtail.statistics;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Forms of full covariances, class by class on arrays of {@code [classes, width]}. */
final class FullForms implements QuadraticForms {
  private final Buffer apart = new Buffer();
  private final Buffer direction = new Buffer();
  private final Buffer product = new Buffer();

  @Override
  public INDArray values(ClassRows covariances, INDArray weight) {
    INDArray table = table(weight, covariances.classes().length);
    for (int row = 0; row < covariances.classes().length; row++) {
      INDArray d = differences(weight, covariances.classes()[row], apart);
      INDArray ds = product.like(weight);
      Products.plain(d, covariances.values().slice(row), ds, 1, 0);
      table.putRow(row, ds.muli(d).sum(1));
    }
    return table;
  }

  @Override
  public INDArray tangent(ClassRows covariances, INDArray weight, INDArray along) {
    INDArray table = table(weight, covariances.classes().length);
    for (int row = 0; row < covariances.classes().length; row++) {
      INDArray ds = weighted(covariances, row, weight);
      INDArray e = differences(along, covariances.classes()[row], direction);
      table.putRow(row, ds.muli(e).sum(1));
    }
    return table.muli(2);
  }

  @Override
  public void addWeightGradient(
      ClassRows covariances, INDArray weight, INDArray gradForms, INDArray gradWeight) {
    for (int row = 0; row < covariances.classes().length; row++) {
      INDArray q = weighted(covariances, row, weight);
      q.muliColumnVector(gradForms.getRow(row).mul(2));
      gradWeight.addi(q);
      gradWeight.getRow(covariances.classes()[row]).subi(q.sum(0));
    }
  }

  @Override
  public ClassRows covarianceGradient(int[] classes, INDArray weight, INDArray gradForms) {
    INDArray gradient = rows(classes, weight);
    for (int row = 0; row < classes.length; row++) {
      INDArray d = differences(weight, classes[row], apart);
      INDArray gd = product.like(weight).assign(d).muliColumnVector(gradForms.getRow(row));
      Products.firstTransposed(d, gd, gradient.slice(row), 1, 0);
    }
    return new ClassRows(classes, gradient);
  }

  @Override
  public ClassRows covarianceGradientTangent(
      int[] classes, INDArray weight, INDArray along, INDArray gradForms, INDArray tangentForms) {
    INDArray tangent = rows(classes, weight);
    for (int row = 0; row < classes.length; row++) {
      INDArray d = differences(weight, classes[row], apart);
      INDArray e = differences(along, classes[row], direction);
      // half of what is symmetric afterwards: d' (tangent d + 2 grad e)
      INDArray right = product.like(weight).assign(d).muliColumnVector(tangentForms.getRow(row));
      right.addi(e.muliColumnVector(gradForms.getRow(row).mul(2)));
      INDArray one = tangent.slice(row);
      Products.firstTransposed(d, right, one, 0.5, 0);
      one.addi(one.transpose().dup());
    }
    return new ClassRows(classes, tangent);
  }

  /** {@code (w_j - w_c)' (S_c + S_c') / 2} for all {@code j}. */
  private INDArray weighted(ClassRows covariances, int row, INDArray weight) {
    INDArray d = differences(weight, covariances.classes()[row], apart);
    INDArray covariance = covariances.values().slice(row);
    INDArray ds = product.like(weight);
    Products.plain(d, covariance, ds, 0.5, 0);
    Products.secondTransposed(d, covariance, ds, 0.5, 1);
    return ds;
  }

  private static INDArray differences(INDArray rows, int c, Buffer into) {
    return into.like(rows).assign(rows).subiRowVector(rows.getRow(c));
  }

  private static INDArray table(INDArray weight, int rows) {
    return Nd4j.createUninitialized(weight.dataType(), rows, weight.size(0));
  }

  private static INDArray rows(int[] classes, INDArray weight) {
    return Nd4j.createUninitialized(
        weight.dataType(), classes.length, weight.size(1), weight.size(1));
  }
}
