package longtail.nn.kernel.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_SUCCESS;
import static org.bytedeco.cuda.global.cudnn.cudnnCreate;
import static org.bytedeco.cuda.global.cudnn.cudnnDestroy;
import static org.bytedeco.cuda.global.cudnn.cudnnGetErrorString;
import static org.bytedeco.cuda.global.cudnn.cudnnSetStream;

import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.nn.kernel.cuda.ConvolutionEngine;
import longtail.nn.kernel.cuda.ConvolutionExtents;
import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.Room;
import org.bytedeco.cuda.cudnn.cudnnContext;

/** cuDNN on one device. It has not run on a GPU yet. */
final class Cudnn implements ConvolutionEngine.Maker, AutoCloseable {
  private final CudaDevice device;
  private final cudnnContext handle = new cudnnContext();
  private final Room workspace;

  /** Opens it on {@code device}. */
  Cudnn(CudaDevice device) {
    this.device = device;
    workspace = new Room(device);
    check(cudnnCreate(handle));
    check(cudnnSetStream(handle, device.stream()));
  }

  private static void check(int status) {
    if (status != CUDNN_STATUS_SUCCESS) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot open cuDNN on the GPU: %s; check that cuDNN is of the same CUDA version as the driver"
              .formatted(cudnnGetErrorString(status).getString()));
    }
  }

  @Override
  public ConvolutionEngine of(ConvolutionExtents extents) {
    return new CudnnConvolution(this, extents);
  }

  Device device() {
    return device;
  }

  cudnnContext handle() {
    return handle;
  }

  /** Address of memory for one run. */
  long workspace(long bytes) {
    return workspace.address(bytes);
  }

  @Override
  public void close() {
    workspace.close();
    check(cudnnDestroy(handle));
  }
}
