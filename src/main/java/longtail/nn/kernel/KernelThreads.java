package longtail.nn.kernel;

import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** How many OpenMP threads one kernel uses. */
public final class KernelThreads {
  private KernelThreads() {}

  /**
   * Lets kernels called from the calling thread use {@code threads} OpenMP threads each; call it
   * before a network's first step. Without it the environment variable {@code OMP_NUM_THREADS}
   * says, and without that every core is used, which is far too many beside other workers.
   */
  public static void use(int threads) {
    Nd4j.getBackend(); // the native operations exist only once ND4J has started
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
  }
}
