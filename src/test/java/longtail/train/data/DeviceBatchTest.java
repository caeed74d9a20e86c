package longtail.train.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import longtail.method.Batch;
import longtail.train.experiment.Cursor;
import longtail.train.experiment.InputSize;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

class DeviceBatchTest {
  private static final InputSize SIZE = new InputSize(2, 3);

  @ParameterizedTest
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void everyPixelArrivesForEveryNumberOfImages(DataType type) {
    try (DeviceBatch device = new DeviceBatch(SIZE, type)) {
      for (int images : new int[] {2, 3, 2, 1, 3}) {
        Batch batch = device.copy(batch(images, 10 * images)).main();
        assertThat(batch.images().shape()).containsExactly(images, 2, 3, 3);
        assertThat(batch.images().dataType()).isEqualTo(type);
        for (int i = 0; i < images * SIZE.length(); i++) {
          assertThat(batch.images().getDouble(i)).isEqualTo(10 * images + i);
        }
      }
    }
  }

  /** Longer pixels than needed, as re-used arrays are. */
  private static HeapBatch batch(int images, int first) {
    float[] pixels = new float[4 * SIZE.length()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = first + i;
    }
    HeapBatch.Part part =
        new HeapBatch.Part(new int[images], new int[images], new long[images], new int[] {0}, true);
    return new HeapBatch(Cursor.START, pixels, List.of(part));
  }
}
