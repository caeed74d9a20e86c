/**
 * The embedded sample: a drawn, seeded, long-tailed collection of images, so that every step of the
 * program can be tried without a download.
 *
 * <p>Knows {@code longtail.dataset} for the shape of the tail and for file systems.
 */
package longtail.image.synth;
