package longtail.nn.kernel;

import org.nd4j.linalg.api.buffer.DataType;

/**
 * Where sets of kernels come from that this package does not have, found by {@link
 * java.util.ServiceLoader}. They serve only where {@link Kernels#PROPERTY} names them.
 */
public interface KernelProvider {
  /** The name of the sets, as in {@link Kernels#PROPERTY}. */
  String name();

  /**
   * The set for maps of {@code type}.
   *
   * @param type FLOAT, DOUBLE or BFLOAT16
   * @throws longtail.LongTailException (CONFIG) if there is none
   */
  Kernels of(DataType type);
}
