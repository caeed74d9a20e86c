package longtail.nn.kernel;

import longtail.ErrorCode;
import longtail.LongTailException;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The GPU that a thread computes on, where ND4J runs on CUDA.
 *
 * <p>ND4J's CUDA build holds machine code for the compute capabilities 3.7, 5.0, 5.2, 6.0, 6.1,
 * 7.0, 7.5, 8.0 and 8.6 and none that the driver could translate for others; such code runs on
 * devices of the same major version and the same or a higher minor one.
 */
public final class GraphicsDevice {
  private static final int FIRST_MAJOR = 3;
  private static final int FIRST_MINOR = 7;
  private static final int LAST_MAJOR = 8;

  private GraphicsDevice() {}

  /**
   * From now on the calling thread computes on device {@code number}; on a CPU nothing happens.
   *
   * @param number from 0, as {@code nvidia-smi} and Spark's resource addresses count
   * @throws LongTailException (CONFIG) if there is no such device, or no machine code for it
   */
  public static void use(int number) {
    if (!Nd4j.getBackend().getClass().getSimpleName().contains("Cublas")) {
      return;
    }
    NativeOps driver = NativeOpsHolder.getInstance().getDeviceNativeOps();
    requirePresent(number, driver.getAvailableDevices());
    requireServed(
        driver.getDeviceName(number), driver.getDeviceMajor(number), driver.getDeviceMinor(number));
    Nd4j.getAffinityManager().unsafeSetDevice(number);
  }

  static void requirePresent(int number, int devices) {
    if (number < 0 || number >= devices) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot compute on GPU %d: this host shows %d; check the addresses of Spark's resource gpu and CUDA_VISIBLE_DEVICES"
              .formatted(number, devices));
    }
  }

  static void requireServed(String name, int major, int minor) {
    boolean tooOld = major < FIRST_MAJOR || (major == FIRST_MAJOR && minor < FIRST_MINOR);
    if (tooOld || major > LAST_MAJOR) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot compute on the GPU '%s' of compute capability %d.%d: this build has code for 3.7 to 8.9 (Kepler K80, Maxwell, Pascal, Volta, Turing, Ampere, Ada); use such a GPU, or the CPU build"
              .formatted(name, major, minor));
    }
  }
}
