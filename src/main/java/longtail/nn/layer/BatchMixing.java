package longtail.nn.layer;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A linear map over the samples of a batch, {@code y_i = lambda x_i + (1 - lambda) x_partner(i)}.
 *
 * @param partners {@code [batch]}, a permutation of the positions
 * @param lambda in [0, 1]
 */
@SuppressWarnings("ArrayRecordComponent") // handed on in every step; nobody compares or keeps it
public record BatchMixing(int[] partners, double lambda) {
  /** Checks that partners are a permutation and lambda is a share. */
  public BatchMixing {
    if (!(lambda >= 0 && lambda <= 1)) {
      throw new IllegalArgumentException("lambda must be in [0, 1], was " + lambda);
    }
    boolean[] seen = new boolean[partners.length];
    for (int partner : partners) {
      if (partner < 0 || partner >= seen.length || seen[partner]) {
        throw new IllegalArgumentException(
            "partners must be a permutation of the positions, was " + Arrays.toString(partners));
      }
      seen[partner] = true;
    }
  }

  /** The transposed map, which takes the gradient at its outputs to that at its inputs. */
  public BatchMixing transpose() {
    int[] inverse = new int[partners.length];
    for (int i = 0; i < inverse.length; i++) {
      inverse[partners[i]] = i;
    }
    return new BatchMixing(inverse, lambda);
  }

  /**
   * Computes {@code y} from {@code x}, both {@code [batch, ...]} in C order, float32 or float64.
   */
  public void apply(INDArray x, INDArray y) {
    RowBlend.blend(lambda, x, x, partners, y);
  }
}
