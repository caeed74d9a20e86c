package longtail.image.codec;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import longtail.image.RgbImage;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** RGB to baseline JPEG through the JDK's encoder, which uses libjpeg's quantisation tables. */
final class JpegEncoder {
  private static final String METADATA = "javax_imageio_jpeg_image_1.0";
  private static final ComponentColorModel RGB =
      new ComponentColorModel(
          ColorSpace.getInstance(ColorSpace.CS_sRGB),
          false,
          false,
          Transparency.OPAQUE,
          DataBuffer.TYPE_BYTE);

  private JpegEncoder() {}

  static byte[] encode(RgbImage image, double quality, ChromaSubsampling subsampling) {
    if (!(quality > 0 && quality <= 1)) {
      throw new IllegalArgumentException("The JPEG quality must be in (0, 1], was " + quality);
    }
    ImageWriter writer = writer();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(image.pixels().length / 4 + 1024);
    try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
      BufferedImage buffered = wrap(image);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality((float) quality);
      writer.setOutput(output);
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(
              ImageTypeSpecifier.createFromRenderedImage(buffered), parameters);
      writer.write(null, new IIOImage(buffered, null, sampled(metadata, subsampling)), parameters);
    } catch (IOException impossible) {
      throw new UncheckedIOException("Could not encode " + image + " in memory", impossible);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** The JDK's writer; a plug-in's could compress otherwise on another machine. */
  private static ImageWriter writer() {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
    while (writers.hasNext()) {
      ImageWriter writer = writers.next();
      if (writer.getClass().getName().equals("com.sun.imageio.plugins.jpeg.JPEGImageWriter")) {
        return writer;
      }
    }
    throw new IllegalStateException("This Java runtime has no JPEG writer; use a full JDK 17");
  }

  private static BufferedImage wrap(RgbImage image) {
    DataBufferByte buffer = new DataBufferByte(image.pixels(), image.pixels().length);
    WritableRaster raster =
        Raster.createInterleavedRaster(
            buffer, image.width(), image.height(), 3 * image.width(), 3, new int[] {0, 1, 2}, null);
    return new BufferedImage(RGB, raster, false, null);
  }

  private static IIOMetadata sampled(IIOMetadata metadata, ChromaSubsampling subsampling)
      throws IOException {
    Element root = (Element) metadata.getAsTree(METADATA);
    NodeList components = root.getElementsByTagName("componentSpec");
    Element luma = (Element) components.item(0);
    luma.setAttribute("HsamplingFactor", Integer.toString(subsampling.lumaFactor()));
    luma.setAttribute("VsamplingFactor", Integer.toString(subsampling.lumaFactor()));
    metadata.setFromTree(METADATA, root);
    return metadata;
  }
}
