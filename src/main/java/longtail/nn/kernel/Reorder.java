package longtail.nn.kernel;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;

/** A copy from one layout of memory to another. */
final class Reorder implements AutoCloseable {
  private final Compiled copy;

  Reorder(memory.desc fromLayout, Slot from, memory.desc toLayout, Slot to) {
    reorder.primitive_desc description =
        new reorder.primitive_desc(
            OneDnn.CPU, fromLayout, OneDnn.CPU, toLayout, OneDnn.attributes(), false);
    copy =
        new Compiled(new reorder(description), description)
            .with(DNNL_ARG_SRC, from)
            .with(DNNL_ARG_DST, to);
  }

  void run() {
    copy.run();
  }

  @Override
  public void close() {
    copy.close();
  }
}
