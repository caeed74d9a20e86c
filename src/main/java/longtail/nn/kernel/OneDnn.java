package longtail.nn.kernel;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What all oneDNN kernels share: the processor; a stream, a scratchpad and room for re-ordered
 * weights per thread; and descriptions of memory.
 */
final class OneDnn {
  /** The processor; safe to share between threads. */
  static final engine CPU = new engine(engine.kind.cpu, 0);

  private static final ThreadLocal<OneDnn> CURRENT = ThreadLocal.withInitial(OneDnn::new);
  private static final long ALIGNMENT = 64;

  private final stream queue = new stream(CPU);
  private final Room scratchpad = new Room();
  private final Room weights = new Room();

  private OneDnn() {
    KernelThreads.settle();
  }

  /** The stream and scratchpad of the calling thread. */
  static OneDnn current() {
    return CURRENT.get();
  }

  stream stream() {
    return queue;
  }

  /** Address of at least {@code bytes} bytes that nothing else on this thread uses meanwhile. */
  long scratchpad(long bytes) {
    return scratchpad.address(bytes);
  }

  /**
   * Address of at least {@code bytes} bytes for the weights of one convolution in the layout of a
   * primitive. The next convolution on this thread puts its own there: a copy for each primitive of
   * a large network would take as much memory as three times its parameters.
   */
  long weights(long bytes) {
    return weights.address(bytes);
  }

  /** Float32 memory of extents {@code dims} (batch and channels first) in {@code format}. */
  static memory.desc floats(memory.format_tag format, long... dims) {
    return new memory.desc(dims, memory.data_type.f32, format);
  }

  /**
   * A feature map as oneDNN sees it: logically channels first, physically channels last.
   *
   * @param type of the numbers
   */
  static memory.desc map(MapShape shape, memory.data_type type) {
    long[] extents = {shape.batch(), shape.channels(), shape.height(), shape.width()};
    return new memory.desc(extents, type, memory.format_tag.nhwc);
  }

  /** Copies the float32 numbers of {@code vector}. */
  static void read(INDArray vector, float[] numbers) {
    new FloatPointer(new Address(Slot.address(vector))).get(numbers);
  }

  /** Overwrites the float32 numbers of {@code vector}. */
  static void write(float[] numbers, INDArray vector) {
    new FloatPointer(new Address(Slot.address(vector))).put(numbers);
  }

  /** What oneDNN calls {@code type}. */
  static memory.data_type typeOf(DataType type) {
    return switch (type) {
      case FLOAT -> memory.data_type.f32;
      case BFLOAT16 -> memory.data_type.bf16;
      default -> throw new IllegalArgumentException("no maps of " + type);
    };
  }

  /** Whether the processor has the instructions {@code set} and all that oneDNN expects below. */
  static boolean has(dnnl.cpu_isa set) {
    return (dnnl.dnnl_get_effective_cpu_isa() & set.value) == set.value;
  }

  /** Attributes that make a primitive take its scratchpad from the caller. */
  static primitive_attr attributes() {
    current(); // a primitive is compiled for the number of threads of the moment
    primitive_attr attributes = new primitive_attr();
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    return attributes;
  }

  /** Memory that grows to the most that was ever asked for. */
  private static final class Room {
    private BytePointer memory = new BytePointer(0L);

    long address(long bytes) {
      if (memory.capacity() < bytes + ALIGNMENT) {
        memory.close();
        memory = new BytePointer(bytes + ALIGNMENT);
      }
      return (memory.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
  }

  /** A bare address as a pointer that owns nothing. */
  static final class Address extends Pointer {
    Address(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }
}
