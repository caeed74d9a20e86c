package longtail.nn.kernel;

import org.bytedeco.dnnl.memory;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A place for one argument of a primitive: its layout is fixed, its address is not. */
final class Slot implements AutoCloseable {
  private final memory place;
  private long address;

  private Slot(memory place) {
    this.place = place;
  }

  /** A place whose address is bound later. */
  static Slot open(memory.desc layout) {
    return new Slot(new memory(layout, OneDnn.CPU, new OneDnn.Address(0)));
  }

  /** A place with memory of its own. */
  static Slot owned(memory.desc layout) {
    return new Slot(new memory(layout, OneDnn.CPU));
  }

  /** The address of the first element of {@code array}, a view's offset included. */
  static long address(INDArray array) {
    return array.data().addressPointer().address();
  }

  void bind(INDArray array) {
    bind(address(array));
  }

  void bind(long newAddress) {
    if (newAddress != address) {
      place.set_data_handle(new OneDnn.Address(newAddress));
      address = newAddress;
    }
  }

  memory memory() {
    return place;
  }

  @Override
  public void close() {
    place.close();
  }
}
