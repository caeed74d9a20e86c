package longtail.image.codec;

import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.spi.ServiceRegistry;

/**
 * The image reader that this room calls.
 *
 * <p>It is fetched by name rather than by ImageIO's search: the order of that search depends on the
 * class loader of the thread that asked first, which in a Spark executor need not see the
 * application's jar.
 */
final class Readers {
  private static final ImageReaderSpi JDK_JPEG = jdkProvider();

  private Readers() {}

  /** The JDK's own JPEG reader. */
  static ImageReader jdkJpeg() throws IOException {
    return JDK_JPEG.createReaderInstance();
  }

  private static ImageReaderSpi jdkProvider() {
    ImageIO.setUseCache(false);
    Iterator<ImageReaderSpi> providers =
        IIORegistry.getDefaultInstance()
            .getServiceProviders(
                ImageReaderSpi.class,
                (ServiceRegistry.Filter)
                    spi ->
                        spi.getClass()
                            .getName()
                            .equals("com.sun.imageio.plugins.jpeg.JPEGImageReaderSpi"),
                true);
    if (!providers.hasNext()) {
      throw new IllegalStateException("This Java runtime has no JPEG reader; use a full JDK 17");
    }
    return providers.next();
  }
}
