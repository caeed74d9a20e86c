package longtail.nn.kernel;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A memory that behaves like a device's, on the host. The arrays that travel are filled with NaN;
 * their numbers lie elsewhere, where only {@link #numbers} finds them by the address. Who reads
 * such an array by an operation of ND4J gets NaN; who writes one leaves a trace that {@link
 * #requireUntouched} and {@link #free} find. Addresses without memory behind them would be truer,
 * but whoever touches one ends the process and with it the other tests.
 *
 * <p>Fresh arrays have NaN for numbers, so that nobody relies on what was there.
 */
public final class LoopbackMemory implements KernelMemory {
  public static final LoopbackMemory INSTANCE = new LoopbackMemory();

  private static final int POISON = 0xFF;
  private static final long LINE = 64;

  private final NavigableMap<Long, Block> blocks = new TreeMap<>();

  private LoopbackMemory() {}

  /** An array: what travels, and its numbers. */
  private record Block(
      INDArray travelling, long address, BytePointer numbers, long start, long bytes) {
    /** Whether all bytes are the poison: the first one is, and every other like the one before. */
    boolean untouched() {
      BytePointer first = new BytePointer(new OneDnn.Address(address)).capacity(bytes);
      Pointer next = new OneDnn.Address(address + 1);
      return bytes == 0
          || (first.get(0) == (byte) POISON && Pointer.memcmp(first, next, bytes - 1) == 0);
    }
  }

  @Override
  public boolean onHost() {
    return false;
  }

  /** How many arrays there are. */
  public synchronized int arrays() {
    return blocks.size();
  }

  /** Fails if somebody has written into an array past this memory. */
  public synchronized void requireUntouched() {
    blocks.values().forEach(LoopbackMemory::requireUntouched);
  }

  private static void requireUntouched(Block block) {
    if (!block.untouched()) {
      throw new AssertionError(
          "an array of the device's memory was written by an operation of the host: "
              + block.travelling.shapeInfoToString());
    }
  }

  @Override
  public synchronized INDArray allocate(DataType type, long... shape) {
    long length = 1;
    for (long extent : shape) {
      length *= extent;
    }
    long bytes = length * type.width();
    INDArray whole = Nd4j.createUninitializedDetached(DataType.INT8, bytes + LINE);
    long address = aligned(whole.data().addressPointer().address());
    BytePointer numbers = new BytePointer(bytes + LINE);
    Pointer.memset(whole.data().addressPointer(), POISON, bytes + LINE);
    Pointer.memset(numbers, POISON, bytes + LINE);
    blocks.put(address, new Block(whole, address, numbers, aligned(numbers.address()), bytes));
    return array(address, type, length, shape);
  }

  private static long aligned(long address) {
    return (address + LINE - 1) / LINE * LINE;
  }

  private static INDArray array(long address, DataType type, long length, long... shape) {
    Pointer place = new OneDnn.Address(address).capacity(length * type.width());
    return Nd4j.create(Nd4j.createBuffer(new BytePointer(place), length, type), shape);
  }

  @Override
  public synchronized void free(INDArray array) {
    if (array == null || array.isEmpty()) {
      return;
    }
    Block block = blocks.remove(Slot.address(array));
    if (block != null) {
      requireUntouched(block);
      block.travelling.close();
      block.numbers.close();
    }
  }

  /** Whether {@code array} is of this memory. */
  synchronized boolean has(INDArray array) {
    long address = Slot.address(array);
    Map.Entry<Long, Block> block = blocks.floorEntry(address);
    return block != null && address < block.getKey() + block.getValue().bytes;
  }

  /** The numbers of {@code array}, of this memory: an ordinary array in the same shape. */
  synchronized INDArray numbers(INDArray array) {
    if (!has(array)) {
      throw new AssertionError(
          "a kernel or the memory was given an array of the host: " + array.shapeInfoToString());
    }
    if (!inOrder(array)) {
      throw new AssertionError("an array has gaps: " + array.shapeInfoToString());
    }
    Block block = blocks.floorEntry(Slot.address(array)).getValue();
    long offset = Slot.address(array) - block.address;
    if (offset + array.length() * array.dataType().width() > block.bytes) {
      throw new AssertionError("an array ends behind its memory: " + array.shapeInfoToString());
    }
    return array(block.start + offset, array.dataType(), array.length(), array.shape());
  }

  /** Whether the elements lie in C order without gaps; extents of 1 have any stride. */
  private static boolean inOrder(INDArray array) {
    long stride = 1;
    for (int d = array.rank() - 1; d >= 0; d--) {
      if (array.size(d) > 1 && array.stride(d) != stride) {
        return false;
      }
      stride *= array.size(d);
    }
    return true;
  }

  private INDArray host(String what, INDArray array) {
    if (has(array)) {
      throw new AssertionError(what + " takes an array of the host");
    }
    return array;
  }

  private static void requireLike(INDArray from, INDArray to) {
    if (from.dataType() != to.dataType() || from.length() != to.length()) {
      throw new AssertionError(
          "cannot transfer %s to %s".formatted(from.shapeInfoToString(), to.shapeInfoToString()));
    }
  }

  @Override
  public void upload(INDArray from, INDArray to) {
    if (!to.isEmpty()) {
      requireLike(host("upload", from), to);
      numbers(to).assign(from);
    }
  }

  @Override
  public void download(INDArray from, INDArray to) {
    requireLike(from, host("download", to));
    to.assign(numbers(from));
  }

  @Override
  public void fill(INDArray array, double value) {
    if (!array.isEmpty()) {
      ofHost().fill(numbers(array), value);
    }
  }

  private static KernelMemory ofHost() {
    return KernelMemory.ofHost();
  }

  @Override
  public void copy(INDArray from, INDArray to) {
    requireLike(from, to);
    ofHost().copy(numbers(from), numbers(to));
  }

  @Override
  public void blend(INDArray running, double kept, INDArray batch, double added) {
    ofHost().blend(numbers(running), kept, numbers(batch), added);
  }

  @Override
  public void moveTowards(INDArray average, INDArray target, double part) {
    ofHost().moveTowards(numbers(average), numbers(target), part);
  }

  @Override
  public void scale(INDArray vector, double factor, long... bounds) {
    ofHost().scale(numbers(vector), factor, bounds);
  }

  @Override
  public double sumOfSquares(INDArray vector, long... bounds) {
    return ofHost().sumOfSquares(numbers(vector), bounds);
  }

  @Override
  public void step(
      INDArray parameters, INDArray gradients, INDArray velocity, SgdStep step, long... bounds) {
    INDArray memory = velocity == null || step.momentum() == 0 ? null : numbers(velocity);
    ofHost().step(numbers(parameters), numbers(gradients), memory, step, bounds);
  }

  @Override
  public void step(
      INDArray parameters, INDArray gradients, INDArray moments, AdamStep step, long... bounds) {
    ofHost().step(numbers(parameters), numbers(gradients), numbers(moments), step, bounds);
  }
}
