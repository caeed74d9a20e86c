package longtail.train;

import java.nio.DoubleBuffer;
import java.util.HashMap;
import java.util.Map;
import longtail.method.Batch;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The off-heap arrays that batches are copied to, one for each number of images that occurs. */
final class DeviceBatch implements AutoCloseable {
  private final InputSize size;
  private final DataType type;
  private final Map<Integer, INDArray> arrays = new HashMap<>();

  DeviceBatch(InputSize size, DataType type) {
    this.size = size;
    this.type = type;
  }

  /** {@code batch} off heap; valid until the next call. */
  Batch copy(Prefetcher.HeapBatch batch) {
    INDArray images =
        arrays.computeIfAbsent(
            batch.size(), n -> Nd4j.createUninitialized(type, n, size.height(), size.width(), 3));
    int length = batch.size() * size.length();
    if (type == DataType.FLOAT) {
      images.data().asNioFloat().put(batch.pixels(), 0, length);
    } else {
      DoubleBuffer target = images.data().asNioDouble();
      for (int i = 0; i < length; i++) {
        target.put(i, batch.pixels()[i]);
      }
    }
    return new Batch(images, batch.labels(), batch.rows());
  }

  @Override
  public void close() {
    arrays.values().forEach(INDArray::close);
    arrays.clear();
  }
}
