package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_desc_base;

/** A primitive, its description and the places of its arguments; closes all three. */
final class Compiled implements AutoCloseable {
  private final primitive operation;
  private final primitive_desc_base description;
  private final IntMemoryMap arguments = new IntMemoryMap();
  private final long scratchpadBytes;
  private final Slot scratchpad;

  /** {@code operation} was made from {@code description}, with {@link OneDnn#attributes()}. */
  Compiled(primitive operation, primitive_desc_base description) {
    this.operation = operation;
    this.description = description;
    try (memory.desc layout = description.scratchpad_desc()) {
      scratchpadBytes = layout.get_size();
      scratchpad = Slot.open(layout);
    }
    if (scratchpadBytes > 0) {
      with(DNNL_ARG_SCRATCHPAD, scratchpad);
    }
  }

  /** Says that argument {@code index} is at {@code slot}. */
  Compiled with(int index, Slot slot) {
    arguments.put(index, slot.memory());
    return this;
  }

  /** Runs the primitive on the calling thread, to its end. */
  void run() {
    OneDnn thread = OneDnn.current();
    if (scratchpadBytes > 0) {
      scratchpad.bind(thread.scratchpad(scratchpadBytes));
    }
    operation.execute(thread.stream(), arguments);
    thread.stream()._wait();
  }

  @Override
  public void close() {
    arguments.close();
    scratchpad.close();
    operation.close();
    description.close();
  }
}
