package longtail.train.data;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import longtail.method.Batch;
import longtail.method.StepBatches;
import longtail.train.experiment.InputSize;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The off-heap arrays that batches are copied to, one for each number of images that occurs. */
public final class DeviceBatch implements AutoCloseable {
  private final InputSize size;
  private final DataType type;
  private final Map<Place, INDArray> arrays = new HashMap<>();

  /** What an array is for. */
  private record Place(int part, int view, int images) {}

  public DeviceBatch(InputSize size, DataType type) {
    this.size = size;
    this.type = type;
  }

  /** {@code batch} off heap; valid until the next call. */
  public StepBatches copy(HeapBatch batch) {
    List<Batch> copies = new ArrayList<>();
    for (int k = 0; k < batch.parts().size(); k++) {
      HeapBatch.Part part = batch.parts().get(k);
      List<INDArray> views = new ArrayList<>();
      for (int view = 0; view < part.offsets().length; view++) {
        views.add(copy(batch.pixels(), part.offsets()[view], new Place(k, view, part.size())));
      }
      copies.add(new Batch(views, part.labels(), part.rows(), part.places()));
    }
    return new StepBatches(copies.get(0), List.copyOf(copies.subList(1, copies.size())));
  }

  private INDArray copy(float[] pixels, int offset, Place place) {
    if (place.images() == 0) {
      return Nd4j.empty(type);
    }
    INDArray images =
        arrays.computeIfAbsent(
            place, p -> Nd4j.createUninitialized(type, p.images(), size.height(), size.width(), 3));
    int length = place.images() * size.length();
    if (type == DataType.FLOAT) {
      images.data().asNioFloat().put(pixels, offset, length);
    } else {
      DoubleBuffer target = images.data().asNioDouble();
      for (int i = 0; i < length; i++) {
        target.put(i, pixels[offset + i]);
      }
    }
    return images;
  }

  @Override
  public void close() {
    arrays.values().forEach(INDArray::close);
    arrays.clear();
  }
}
