/**
 * Image files to pixels and back, with the pixels that PIL gives, or the reason why there are none.
 *
 * <p>Knows {@code longtail.image} alone: not where a file came from, and not what becomes of the
 * pixels.
 */
package longtail.image.codec;
