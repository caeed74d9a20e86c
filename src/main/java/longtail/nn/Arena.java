package longtail.nn;

import longtail.nn.kernel.KernelMemory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The memory of a network's intermediate arrays, shared by its passes for different batch sizes:
 * one block that starts at a cache line.
 */
final class Arena implements AutoCloseable {
  private static final long CACHE_LINE = 64;

  private final KernelMemory memory;
  private final DataType type;
  private INDArray allocated;
  private INDArray block;

  Arena(KernelMemory memory, DataType type) {
    this.memory = memory;
    this.type = type;
  }

  /** Whether {@link #memory} would have to move what it handed out before. */
  boolean tooSmallFor(long length) {
    return block != null && block.length() < length;
  }

  /** A flat array of at least {@code length} elements; the same one while it is long enough. */
  INDArray memory(long length) {
    if (block == null || block.length() < length) {
      close();
      int width = type.width();
      allocated = memory.allocate(type, length + CACHE_LINE / width);
      long address = allocated.data().addressPointer().address();
      long skipped = (CACHE_LINE - address % CACHE_LINE) % CACHE_LINE / width;
      block = allocated.get(NDArrayIndex.interval(skipped, skipped + length));
    }
    return block;
  }

  @Override
  public void close() {
    memory.free(allocated);
    allocated = null;
    block = null;
  }
}
