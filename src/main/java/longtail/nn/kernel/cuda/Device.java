package longtail.nn.kernel.cuda;

import org.bytedeco.javacpp.Pointer;

/**
 * Memory and processors that run our kernels, one after the other in the order of the calls.
 *
 * <p>It serves one thread at a time. Addresses are the device's own.
 */
public interface Device extends AutoCloseable {
  /** Processors that run blocks beside each other. */
  int processors();

  /** The type of the maps. */
  MapNumbers numbers();

  /**
   * Begins a kernel of {@link KernelSource}.
   *
   * @param arguments in the order of the kernel's parameters: addresses and {@code Long} ones as
   *     {@code Long}, others as {@code Integer} or {@code Float}
   * @throws IllegalArgumentException if they do not fit the parameters
   */
  void launch(String kernel, Grid grid, Object... arguments);

  /**
   * The address of {@code bytes} bytes, a multiple of 16, of unknown content.
   *
   * @throws longtail.LongTailException if so much is not free
   */
  long allocate(long bytes);

  /** Gives back what {@link #allocate} gave; 0 is nothing. */
  void free(long address);

  /** Copies {@code bytes} bytes from the host and returns when they may be overwritten there. */
  void upload(Pointer from, long to, long bytes);

  /** Copies {@code bytes} bytes to the host once all kernels begun before are done. */
  void download(long from, Pointer to, long bytes);

  /** Copies {@code bytes} bytes within the device. */
  void copy(long from, long to, long bytes);

  /** Makes {@code bytes} bytes zero. */
  void clear(long address, long bytes);

  /**
   * Returns when all that was begun is done.
   *
   * @throws longtail.LongTailException if some of it failed
   */
  void synchronize();

  /** Gives everything back. */
  @Override
  void close();
}
