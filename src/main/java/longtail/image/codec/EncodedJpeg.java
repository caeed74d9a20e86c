package longtail.image.codec;

import java.io.IOException;
import longtail.image.Box;
import longtail.image.ImageSource;
import longtail.image.RgbImage;

/**
 * A JPEG that is decoded no further than its pixels are asked for.
 *
 * @param encoded the file; nobody writes to it afterwards
 * @param header what its markers say
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record EncodedJpeg(byte[] encoded, JpegHeader header) implements ImageSource {
  @Override
  public int height() {
    return header.height();
  }

  @Override
  public int width() {
    return header.width();
  }

  @Override
  public RgbImage whole() throws IOException {
    return crop(header.whole());
  }

  @Override
  public RgbImage crop(Box box) throws IOException {
    return ImageCodec.checked(() -> JpegDecoder.decode(encoded, header, box));
  }
}
