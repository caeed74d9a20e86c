package longtail.mix;

import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Off-heap arrays for mixed images, one for each batch size that occurs. */
public final class ImageBuffer implements AutoCloseable {
  private final Map<Long, INDArray> arrays = new HashMap<>();

  /** An array for {@code batch} images like those of {@code images}; its contents are anything. */
  INDArray like(INDArray images, long batch) {
    return arrays.computeIfAbsent(
        batch,
        n -> {
          long[] shape = images.shape();
          shape[0] = n;
          return Nd4j.createUninitializedDetached(images.dataType(), shape);
        });
  }

  /** Frees them. */
  @Override
  public void close() {
    arrays.values().forEach(INDArray::close);
    arrays.clear();
  }
}
