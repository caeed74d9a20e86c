/**
 * Where a pixel of a moved image comes from, and how it is computed between pixels, with the
 * arithmetic of PIL.
 *
 * <p>For the transforms of {@link longtail.image.augment} alone, save {@code Resampling}, an option
 * of theirs. It knows images, neither transforms nor random numbers.
 */
package longtail.image.augment.geometry;
