package longtail.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import longtail.RandomStreams;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Every loss with some hyper-parameters, for tests of what they have in common. */
final class Losses {
  private static final ClassWeighting EFFECTIVE = new ClassWeighting.EffectiveNumber(0.99);

  static final List<Loss> ALL =
      List.of(
          new CrossEntropy(),
          new CrossEntropy(Reduction.SUM),
          new WeightedCrossEntropy(EFFECTIVE),
          new WeightedCrossEntropy(EFFECTIVE, WeightedCrossEntropy.Divisor.SAMPLES),
          new CostSensitive(0.5),
          new ClassBalanced(0.9999),
          new Focal(2),
          new Focal(0.5, new ClassWeighting.Cost(1)),
          new Focal(0),
          new ClassBalancedFocal(0.9, 1.5),
          new BinarySoftmax(EFFECTIVE),
          new Ldam(30, 0.5),
          new Ldam(1, 0.5, EFFECTIVE),
          new Seql(0.5, 0.3),
          new LabelSmoothing(0.1),
          new LabelAwareSmoothing(0.4, 0.1, LabelAwareSmoothing.Shape.CONVEX),
          new Cdt(0.2),
          new BalancedSoftmax(),
          new BalancedSoftmax(Reduction.SUM),
          new LogitAdjustment(1.5),
          new InfluenceBalanced(10),
          new Deferred(1, new Cdt(0.3), Deferred.Timing.INTENDED),
          new Deferred(0, new Cdt(0.3), Deferred.Timing.INTENDED));

  private Losses() {}

  /** The members of {@code family} that are no families themselves. */
  static Stream<Class<?>> members(Class<?> family) {
    List<Class<?>> members = new ArrayList<>();
    for (Class<?> member : family.getPermittedSubclasses()) {
      if (member.isSealed()) {
        members(member).forEach(members::add);
      } else {
        members.add(member);
      }
    }
    return members.stream();
  }

  /** Standard normal draws times {@code scale}, float64. */
  static INDArray gaussian(SplittableRandom random, double scale, int rows, int columns) {
    double[][] elements = new double[rows][columns];
    for (double[] row : elements) {
      for (int c = 0; c < columns; c++) {
        row[c] = scale * RandomStreams.gaussian(random);
      }
    }
    return Nd4j.createFromArray(elements);
  }
}
