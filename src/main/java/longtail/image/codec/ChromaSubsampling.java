package longtail.image.codec;

/** Resolution of the two colour-difference planes of an encoded JPEG. */
public enum ChromaSubsampling {
  /** 4:4:4, one colour-difference sample per pixel. */
  FULL(1),
  /** 4:2:0, one colour-difference sample per two by two pixels. */
  HALF(2);

  private final int lumaFactor;

  ChromaSubsampling(int lumaFactor) {
    this.lumaFactor = lumaFactor;
  }

  /** Luma samples per colour-difference sample along each axis. */
  int lumaFactor() {
    return lumaFactor;
  }
}
