package longtail.nn;

/** Hears during a backward pass which gradients it has written for the last time. */
@FunctionalInterface
public interface GradientListener {
  /** One who does not listen. */
  GradientListener NONE = (offset, length) -> {};

  /**
   * A layer's part of {@link Network#gradients()} is final; the pass goes on with the layers before
   * it.
   *
   * @param offset of its first element
   * @param length number of elements, those of running statistics included
   */
  void written(long offset, long length);
}
