package longtail.nn.kernel;

import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;

/** Where {@link LoopbackKernels} come from. */
public final class LoopbackProvider implements KernelProvider {
  private static final String NAME = "loopback";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Kernels of(DataType type) {
    return LoopbackKernels.of(Kernels.ofHost(type));
  }

  /** Does {@code work} while all networks compute with these kernels. */
  public static <T> T using(Supplier<T> work) {
    String before = System.getProperty(Kernels.PROPERTY);
    System.setProperty(Kernels.PROPERTY, NAME);
    try {
      return work.get();
    } finally {
      if (before == null) {
        System.clearProperty(Kernels.PROPERTY);
      } else {
        System.setProperty(Kernels.PROPERTY, before);
      }
    }
  }
}
