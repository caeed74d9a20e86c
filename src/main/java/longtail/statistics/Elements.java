package longtail.statistics;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Copies between float32 or float64 arrays and Java's doubles, in C order. */
final class Elements {
  private Elements() {}

  /** All elements of {@code array}. */
  static double[] of(INDArray array) {
    INDArray whole = array.ordering() == 'c' && !array.isView() ? array : array.dup('c');
    Nd4j.getAffinityManager().ensureLocation(whole, Location.HOST);
    double[] elements = new double[(int) whole.length()];
    if (whole.dataType() == DataType.DOUBLE) {
      new DoublePointer(whole.data().addressPointer()).get(elements);
    } else {
      float[] floats = new float[elements.length];
      new FloatPointer(whole.data().addressPointer()).get(floats);
      for (int i = 0; i < floats.length; i++) {
        elements[i] = floats[i];
      }
    }
    return elements;
  }

  /** An array of {@code type} with these elements. */
  static INDArray array(DataType type, double[] elements, long... shape) {
    if (type == DataType.DOUBLE) {
      return Nd4j.createFromArray(elements).reshape('c', shape);
    }
    float[] floats = new float[elements.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) elements[i];
    }
    return Nd4j.createFromArray(floats).reshape('c', shape).castTo(type);
  }

  /** Copies the elements of {@code array}, which is in C order, from {@code offset} on. */
  static void read(INDArray array, long offset, double[] into) {
    if (array.dataType() == DataType.DOUBLE) {
      new DoublePointer(array.data().addressPointer()).position(offset).get(into);
    } else {
      float[] floats = new float[into.length];
      new FloatPointer(array.data().addressPointer()).position(offset).get(floats);
      for (int i = 0; i < floats.length; i++) {
        into[i] = floats[i];
      }
    }
  }

  /** Copies {@code elements} into {@code array}, which is in C order, from {@code offset} on. */
  static void write(double[] elements, INDArray array, long offset) {
    if (array.dataType() == DataType.DOUBLE) {
      new DoublePointer(array.data().addressPointer()).position(offset).put(elements);
    } else {
      float[] floats = new float[elements.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) elements[i];
      }
      new FloatPointer(array.data().addressPointer()).position(offset).put(floats);
    }
  }
}
