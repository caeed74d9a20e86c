package longtail.nn.kernel;

/** One operation of a network for one shape, with whatever it keeps between calls. */
public interface Kernel extends AutoCloseable {
  /** Releases what the kernel holds outside the heap; calling it twice does no harm. */
  @Override
  default void close() {}
}
