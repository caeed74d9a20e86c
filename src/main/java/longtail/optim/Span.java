package longtail.optim;

/**
 * A contiguous part of the flat parameter vector.
 *
 * @param offset of its first element
 * @param length number of elements
 */
public record Span(long offset, long length) {

  /** Checks that neither is negative. */
  public Span {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException(
          "offset and length must not be negative, were " + offset + " and " + length);
    }
  }

  /** Index after the last element. */
  public long end() {
    return offset + length;
  }
}
