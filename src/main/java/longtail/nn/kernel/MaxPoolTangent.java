package longtail.nn.kernel;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The derivative of a maximum over windows for float32 in the memory of the host: every window
 * takes the tangent of its first largest value. oneDNN has no such primitive; the arrays are walked
 * map by map through the heap.
 */
final class MaxPoolTangent {
  private final MaxPoolShape shape;
  private final int channels;
  private final float[] values;
  private final float[] tangents;
  private final float[] largest;
  private final float[] results;

  MaxPoolTangent(MaxPoolShape shape) {
    this.shape = shape;
    channels = Math.toIntExact(shape.input().channels());
    values = new float[length(shape.input())];
    tangents = new float[values.length];
    largest = new float[channels];
    results = new float[length(shape.output())];
  }

  private static int length(MapShape map) {
    return Math.toIntExact(map.height() * map.width() * map.channels());
  }

  void run(INDArray x, INDArray tangentX, INDArray tangentY) {
    FloatPointer from = new FloatPointer(x.data().addressPointer());
    FloatPointer tangentFrom = new FloatPointer(tangentX.data().addressPointer());
    FloatPointer to = new FloatPointer(tangentY.data().addressPointer());
    for (long map = 0; map < shape.input().batch(); map++) {
      from.position(map * values.length).get(values);
      tangentFrom.position(map * tangents.length).get(tangents);
      select();
      to.position(map * results.length).put(results);
    }
  }

  private void select() {
    int width = Math.toIntExact(shape.output().width());
    int positions = results.length / channels;
    for (int position = 0; position < positions; position++) {
      select(position / width, position % width, position * channels);
    }
  }

  private void select(int row, int column, int result) {
    Arrays.fill(largest, Float.NEGATIVE_INFINITY);
    int height = Math.toIntExact(shape.input().height());
    int width = Math.toIntExact(shape.input().width());
    int top = row * shape.stride() - shape.padding();
    int left = column * shape.stride() - shape.padding();
    for (int i = Math.max(0, top); i < Math.min(height, top + shape.window()); i++) {
      for (int j = Math.max(0, left); j < Math.min(width, left + shape.window()); j++) {
        int source = (i * width + j) * channels;
        for (int c = 0; c < channels; c++) {
          if (values[source + c] > largest[c]) {
            largest[c] = values[source + c];
            results[result + c] = tangents[source + c];
          }
        }
      }
    }
  }
}
