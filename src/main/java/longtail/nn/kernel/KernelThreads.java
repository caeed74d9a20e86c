package longtail.nn.kernel;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many OpenMP threads one kernel uses. OpenMP keeps the number per calling thread; where
 * neither {@link #use} nor the environment variable {@code OMP_NUM_THREADS} says, it is one, since
 * workers share the cores among themselves.
 */
public final class KernelThreads {
  private static final ThreadLocal<Boolean> SETTLED = ThreadLocal.withInitial(() -> false);

  private KernelThreads() {}

  /**
   * Lets kernels called from the calling thread use {@code threads} OpenMP threads each; call it
   * before the network's first step, in every thread that will call it.
   */
  public static void use(int threads) {
    Nd4j.getBackend(); // the native operations exist only once ND4J has started
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    SETTLED.set(true);
  }

  /** Settles on the default unless the calling thread has chosen. */
  static void settle() {
    if (!SETTLED.get()) {
      if (System.getenv("OMP_NUM_THREADS") == null) {
        use(1);
      }
      SETTLED.set(true);
    }
  }
}
