package longtail.nn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The memory of a network's intermediate arrays, shared by its passes for different batch sizes:
 * blocks in falling order of size, each starting at a cache line.
 */
final class Arena implements AutoCloseable {
  private static final long CACHE_LINE = 64;

  private final DataType type;
  private final List<INDArray> allocated = new ArrayList<>();
  private final List<INDArray> blocks = new ArrayList<>();

  Arena(DataType type) {
    this.type = type;
  }

  /** Whether {@link #slots} would have to move existing blocks. */
  boolean tooSmallFor(long[] lengths) {
    List<Integer> order = fallingOrder(lengths);
    return IntStream.range(0, Math.min(blocks.size(), lengths.length))
        .anyMatch(i -> blocks.get(i).length() < lengths[order.get(i)]);
  }

  /** One flat array per slot; those handed out before stay valid unless the arena was too small. */
  INDArray[] slots(long[] lengths) {
    List<Integer> order = fallingOrder(lengths);
    INDArray[] slots = new INDArray[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      int slot = order.get(i);
      if (i == blocks.size()) {
        allocate(lengths[slot]);
      } else if (blocks.get(i).length() < lengths[slot]) {
        allocated.get(i).close();
        allocate(lengths[slot]);
        allocated.set(i, allocated.remove(allocated.size() - 1));
        blocks.set(i, blocks.remove(blocks.size() - 1));
      }
      slots[slot] = blocks.get(i).get(NDArrayIndex.interval(0, lengths[slot]));
    }
    return slots;
  }

  private static List<Integer> fallingOrder(long[] lengths) {
    return IntStream.range(0, lengths.length)
        .boxed()
        .sorted(Comparator.comparingLong((Integer i) -> lengths[i]).reversed())
        .toList();
  }

  private void allocate(long length) {
    int width = type.width();
    INDArray memory = Nd4j.createUninitializedDetached(type, length + CACHE_LINE / width);
    long address = memory.data().addressPointer().address();
    long skipped = (CACHE_LINE - address % CACHE_LINE) % CACHE_LINE / width;
    allocated.add(memory);
    blocks.add(memory.get(NDArrayIndex.interval(skipped, skipped + length)));
  }

  @Override
  public void close() {
    allocated.stream().filter(INDArray::closeable).forEach(INDArray::close);
    allocated.clear();
    blocks.clear();
  }
}
