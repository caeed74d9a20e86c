package longtail.nn.layer;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer configuration with tensors inside the flat parameter vector. */
public interface Parameterized {
  /** The tensors in the order of the flat vector. */
  List<Tensor> tensors();

  /** Gives the tensors, by key, their initial values. */
  void initialize(Map<String, INDArray> views, SplittableRandom random);

  /**
   * One tensor.
   *
   * @param key name inside Deeplearning4j, without underscores, which it takes as separators
   * @param suffix name inside a checkpoint, behind the name of the layer and a dot
   * @param shape shape, C order
   * @param role what the numbers are
   */
  record Tensor(String key, String suffix, long[] shape, Role role) {
    public long length() {
      long product = 1;
      for (long extent : shape) {
        product *= extent;
      }
      return product;
    }
  }
}
