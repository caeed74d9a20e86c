package longtail.nn.kernel.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.cuGetErrorString;

import longtail.ErrorCode;
import longtail.LongTailException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** Answers of the driver. */
final class CudaDriver {
  private CudaDriver() {}

  /**
   * Does nothing if {@code status} is success.
   *
   * @param what as in "cannot WHAT on the GPU"
   */
  static void check(String what, int status) {
    if (status != CUDA_SUCCESS) {
      throw new LongTailException(
          ErrorCode.TRAINING, "Cannot %s on the GPU: %s".formatted(what, reason(status)));
    }
  }

  /** What the driver calls {@code status}. */
  static String reason(int status) {
    try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
      return cuGetErrorString(status, text) == CUDA_SUCCESS
          ? text.get(BytePointer.class, 0).getString()
          : "error " + status;
    }
  }
}
