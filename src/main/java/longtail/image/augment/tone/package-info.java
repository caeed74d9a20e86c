/**
 * Changes of single samples, whatever their place: tables of tones, blending, brightness to the
 * eye, with the arithmetic of PIL.
 *
 * <p>For the transforms of {@link longtail.image.augment} alone. It knows images, not where a
 * change comes from: neither transforms nor their options or random numbers.
 */
package longtail.image.augment.tone;
