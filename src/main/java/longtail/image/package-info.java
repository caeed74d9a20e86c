/**
 * What everything that handles images shares: the image of {@code uint8} RGB samples, one that may
 * not be decoded yet, rectangles, resizing with PIL's arithmetic, the activation map.
 *
 * <p>Knows no other room: no files and their formats, no experiment, no random draws.
 */
package longtail.image;
