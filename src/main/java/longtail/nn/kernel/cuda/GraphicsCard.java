package longtail.nn.kernel.cuda;

import java.lang.reflect.InvocationTargetException;
import longtail.ErrorCode;
import longtail.LongTailException;

/** One GPU of the host: our kernels, compiled for it, and what computes its convolutions. */
public interface GraphicsCard extends AutoCloseable {
  /** The class that opens one, which a build may be without. */
  String OPENING = "longtail.nn.kernel.cuda.driver.CudnnCard";

  /** What runs our kernels. */
  Device device();

  /** What computes convolutions. */
  ConvolutionEngine.Maker convolutions();

  /** Gives everything back. */
  @Override
  void close();

  /**
   * Opens GPU {@code number} of the host for maps of {@code numbers}.
   *
   * @throws LongTailException (CONFIG) if something is missing or too old: what, and what to
   *     install
   */
  static GraphicsCard open(int number, MapNumbers numbers) {
    try {
      return (GraphicsCard)
          Class.forName(OPENING)
              .getMethod("open", int.class, MapNumbers.class)
              .invoke(null, number, numbers);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof LongTailException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException | NoClassDefFoundError e) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "Cannot use the kernels cudnn: this build is without the bindings of CUDA 13; build it by"
              + " ./mvnw -Pcudnn -DskipTests package, or use longtail.kernels=onednn",
          e);
    }
  }
}
