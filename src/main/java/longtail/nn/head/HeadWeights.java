package longtail.nn.head;

import java.util.SplittableRandom;
import longtail.nn.layer.InitialValues;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How the weight of a linear head starts. */
public enum HeadWeights {
  /** Uniform in {@code ±1/√width}. */
  UNIFORM,
  /** Normal with variance {@code 2/width}. */
  KAIMING;

  /** Fills {@code weight}, {@code [outputs, width]}. */
  void fill(INDArray weight, SplittableRandom random) {
    double width = weight.size(1);
    switch (this) {
      case UNIFORM -> InitialValues.uniform(weight, 1 / Math.sqrt(width), random);
      case KAIMING -> InitialValues.normal(weight, Math.sqrt(2 / width), random);
    }
  }
}
