package longtail.nn.kernel.cuda;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Our kernels on the processor, over the host's memory: every block and thread of a grid, one after
 * the other. What it allocates is full of signalling bytes, and it checks that nobody writes beside
 * it.
 */
public final class ProcessorDevice implements Device {
  /** In which order threads and blocks run between barriers; a right kernel does not care. */
  public enum Order {
    /** The first thread first. */
    FORWARD,
    /** The last thread first. */
    BACKWARD
  }

  private static final int GUARD = 256;
  private static final int POISON = 0xFD;
  private static boolean loaded;

  private final MapNumbers numbers;
  private final Order order;
  private final LaunchArguments places = new LaunchArguments();
  private final Map<String, Integer> found = new HashMap<>();
  private final Map<Long, BytePointer> allocated = new HashMap<>();

  private ProcessorDevice(MapNumbers numbers, Order order) {
    this.numbers = numbers;
    this.order = order;
  }

  /** The processor with maps of {@code numbers}, or nothing where there is no C++ compiler. */
  public static Optional<Device> of(MapNumbers numbers, Order order) {
    return ProcessorBuild.library()
        .map(
            library -> {
              load(library.toString());
              return new ProcessorDevice(numbers, order);
            });
  }

  private static synchronized void load(String library) {
    if (!loaded) {
      System.load(library);
      loaded = true;
    }
  }

  @Override
  public int processors() {
    return 2;
  }

  @Override
  public MapNumbers numbers() {
    return numbers;
  }

  @Override
  public void launch(String kernel, Grid grid, Object... arguments) {
    int number = found.computeIfAbsent(kernel, this::number);
    int failed =
        runAlone(
            number,
            Math.toIntExact(grid.columns()),
            Math.toIntExact(grid.rows()),
            grid.threadsX(),
            grid.threadsY(),
            order == Order.BACKWARD ? 1 : 0,
            places.of(kernel, arguments).address());
    if (failed != 0) {
      throw new AssertionError("some threads of " + kernel + " end while others wait for them");
    }
  }

  private int number(String kernel) {
    try (BytePointer name =
        new BytePointer(numbers.name().toLowerCase(Locale.ROOT) + "/" + kernel)) {
      int number = find(name.address());
      if (number < 0) {
        throw new IllegalArgumentException("no kernel is called " + kernel);
      }
      return number;
    }
  }

  private static native int find(long name);

  /** The processor's state is one for all devices. */
  private static synchronized int runAlone(
      int kernel,
      int columns,
      int rows,
      int threadsX,
      int threadsY,
      int backwards,
      long arguments) {
    return run(kernel, columns, rows, threadsX, threadsY, backwards, arguments);
  }

  private static native int run(
      int kernel, int columns, int rows, int threadsX, int threadsY, int backwards, long arguments);

  @Override
  public long allocate(long bytes) {
    BytePointer memory = new BytePointer(bytes + 2 * GUARD);
    Pointer.memset(memory, POISON, bytes + 2 * GUARD);
    long address = memory.address() + GUARD;
    allocated.put(address, memory);
    return address;
  }

  @Override
  public void free(long address) {
    BytePointer memory = allocated.remove(address);
    if (memory != null) {
      requireGuards(memory);
      memory.close();
    } else if (address != 0) {
      throw new AssertionError("freed what was not allocated");
    }
  }

  private static void requireGuards(BytePointer memory) {
    for (long i = 0; i < GUARD; i++) {
      if ((memory.get(i) & 0xFF) != POISON
          || (memory.get(memory.capacity() - 1 - i) & 0xFF) != POISON) {
        throw new AssertionError("a kernel wrote beside its memory");
      }
    }
  }

  @Override
  public void upload(Pointer from, long to, long bytes) {
    Pointer.memcpy(new HostAddress(to), from, bytes);
  }

  @Override
  public void download(long from, Pointer to, long bytes) {
    Pointer.memcpy(to, new HostAddress(from), bytes);
  }

  @Override
  public void copy(long from, long to, long bytes) {
    Pointer.memcpy(new HostAddress(to), new HostAddress(from), bytes);
  }

  @Override
  public void clear(long address, long bytes) {
    Pointer.memset(new HostAddress(address), 0, bytes);
  }

  @Override
  public void synchronize() {
    // launches return when they are done
  }

  @Override
  public void close() {
    allocated.keySet().stream().toList().forEach(this::free);
    places.close();
  }

  /** A bare address as a pointer that owns nothing. */
  private static final class HostAddress extends Pointer {
    HostAddress(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }
}
