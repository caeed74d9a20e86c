package longtail.nn.kernel;

import org.bytedeco.dnnl.memory;

/** A copy of numbers into another type, by oneDNN; rounds to the nearest. */
final class OneDnnConversion implements AutoCloseable {
  private final Slot from;
  private final Slot to;
  private final Reorder copy;

  OneDnnConversion(long length, memory.data_type fromType, memory.data_type toType) {
    memory.desc source = vector(length, fromType);
    memory.desc target = vector(length, toType);
    from = Slot.open(source);
    to = Slot.open(target);
    copy = new Reorder(source, from, target, to);
  }

  private static memory.desc vector(long length, memory.data_type type) {
    return new memory.desc(new long[] {length}, type, memory.format_tag.x);
  }

  /** Copies between two addresses. */
  void run(long source, long target) {
    from.bind(source);
    to.bind(target);
    copy.run();
  }

  @Override
  public void close() {
    copy.close();
    from.close();
    to.close();
  }
}
