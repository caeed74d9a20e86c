package longtail.nn.kernel.cuda.driver;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import longtail.ErrorCode;
import longtail.LongTailException;

/** What the kernels need of a host, and how to say that it is not there. */
final class CudaRequirements {
  /** CUDA 13.0 as driver and runtime count. */
  private static final int CUDA = 13_000;

  /** cuDNN 9.0 as it counts. */
  private static final long CUDNN = 90_000;

  /** Turing, 7.5, the oldest that CUDA 13 knows. */
  private static final int CAPABILITY = 75;

  private static final String DRIVER = "install NVIDIA's driver 580 or newer";
  private static final String TOOLKIT =
      "install the CUDA 13 toolkit and have its lib64 in LD_LIBRARY_PATH";
  private static final String LIBRARY =
      "install cuDNN 9 for CUDA 13 and have it in LD_LIBRARY_PATH";
  private static final String BINDINGS = "build it by ./mvnw -Pcudnn -DskipTests package";
  private static final Pattern MISSING = Pattern.compile("\\blib(\\w+)\\.so[.\\d]*");

  private static final Map<String, String> REMEDIES =
      Map.of("cuda", DRIVER, "cudart", TOOLKIT, "nvrtc", TOOLKIT, "cublas", TOOLKIT);

  private CudaRequirements() {}

  private static LongTailException refused(String reason, String remedy) {
    return new LongTailException(
        ErrorCode.CONFIG,
        "Cannot use the kernels cudnn: %s; %s, or use longtail.kernels=onednn"
            .formatted(reason, remedy));
  }

  /**
   * The error for a library that the linker did not find, whose name it says in {@code failure}.
   */
  static LongTailException missing(Throwable failure) {
    if (String.valueOf(failure.getMessage()).startsWith("org/bytedeco/cuda/")) {
      return refused("this build is without the bindings of CUDA 13", BINDINGS);
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Matcher library = MISSING.matcher(String.valueOf(cause.getMessage()));
      while (library.find()) {
        if (!library.group(1).startsWith("jni")) {
          return refused(
              "this host lacks " + library.group(),
              REMEDIES.getOrDefault(
                  library.group(1), library.group(1).startsWith("cudnn") ? LIBRARY : TOOLKIT));
        }
      }
    }
    return refused("the libraries of CUDA cannot be loaded: " + failure.getMessage(), TOOLKIT);
  }

  /** Checks what the driver is made for, 13000 for CUDA 13.0. */
  static void requireDriver(int version) {
    if (version < CUDA) {
      throw refused("the driver is made for CUDA " + words(version), DRIVER);
    }
  }

  /** Checks the runtime, 13000 for CUDA 13.0. */
  static void requireRuntime(int version) {
    if (version < CUDA) {
      throw refused("the runtime is CUDA " + words(version), TOOLKIT);
    }
  }

  private static String words(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /** Checks cuDNN, 90100 for 9.1. */
  static void requireCudnn(long version) {
    if (version < CUDNN) {
      throw refused("cuDNN is %d".formatted(version), LIBRARY);
    }
  }

  /** Checks that device {@code number} is one of {@code devices}. */
  static void requirePresent(int number, int devices) {
    if (number < 0 || number >= devices) {
      throw refused(
          "there is no GPU %d, this host shows %d".formatted(number, devices),
          "check the addresses of Spark's resource gpu and CUDA_VISIBLE_DEVICES");
    }
  }

  /** Checks the compute capability, 90 for 9.0. */
  static void requireCapability(String name, int capability) {
    if (capability < CAPABILITY) {
      throw refused(
          "the GPU '%s' has compute capability %d.%d, CUDA 13 begins with 7.5"
              .formatted(name, capability / 10, capability % 10),
          "use the build -Pcuda (ND4J on CUDA 11.6)");
    }
  }

  /** Checks that {@code free} bytes are enough to begin with. */
  static void requireMemory(String name, long free) {
    if (free < 1L << 30) {
      throw refused(
          "the GPU '%s' has %d MB free".formatted(name, free >> 20),
          "end what else runs on it, or take another one");
    }
  }

  /** Does nothing if the driver answered 0 when it was opened. */
  static void requireOpened(int status, String reason) {
    if (status != 0) {
      throw refused("the driver does not open: " + reason, DRIVER);
    }
  }
}
