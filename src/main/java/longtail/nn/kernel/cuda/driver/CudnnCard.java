package longtail.nn.kernel.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cuDeviceGetCount;
import static org.bytedeco.cuda.global.cudart.cuDriverGetVersion;
import static org.bytedeco.cuda.global.cudart.cuInit;
import static org.bytedeco.cuda.global.cudart.cudaRuntimeGetVersion;
import static org.bytedeco.cuda.global.cudnn.cudnnGetVersion;

import longtail.nn.kernel.cuda.ConvolutionEngine;
import longtail.nn.kernel.cuda.Device;
import longtail.nn.kernel.cuda.GraphicsCard;
import longtail.nn.kernel.cuda.MapNumbers;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;

/**
 * A GPU by driver, NVRTC and cuDNN. Before anything else the versions are asked for: a function
 * that an older library lacks would end the process. It has not run on a GPU yet.
 */
public final class CudnnCard implements GraphicsCard {
  private final CudaDevice device;
  private final Cudnn convolutions;

  private CudnnCard(CudaDevice device) {
    this.device = device;
    convolutions = new Cudnn(device);
  }

  /**
   * Opens GPU {@code number} of the host for maps of {@code numbers}.
   *
   * @throws longtail.LongTailException (CONFIG) if something is missing or too old
   */
  public static GraphicsCard open(int number, MapNumbers numbers) {
    CudaRequirements.requirePresent(number, requireLibraries());
    CudaDevice device = new CudaDevice(number, numbers);
    try {
      CudaRequirements.requireMemory(device.name(), device.freeBytes());
      return new CudnnCard(device);
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  /** How many GPUs this host shows, once all versions are right. */
  private static int requireLibraries() {
    try {
      Loader.load(cudart.class);
      int[] version = new int[1];
      CudaRequirements.requireOpened(cuDriverGetVersion(version), "no version");
      CudaRequirements.requireDriver(version[0]);
      CudaRequirements.requireOpened(cudaRuntimeGetVersion(version), "no version of the runtime");
      CudaRequirements.requireRuntime(version[0]);
      int opened = cuInit(0);
      CudaRequirements.requireOpened(opened, opened == 0 ? "" : CudaDriver.reason(opened));
      Loader.load(nvrtc.class);
      Loader.load(cudnn.class);
      CudaRequirements.requireCudnn(cudnnGetVersion());
      int[] devices = new int[1];
      CudaDriver.check("count the devices", cuDeviceGetCount(devices));
      return devices[0];
    } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
      throw CudaRequirements.missing(e);
    }
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public ConvolutionEngine.Maker convolutions() {
    return convolutions;
  }

  @Override
  public void close() {
    convolutions.close();
    device.close();
  }
}
