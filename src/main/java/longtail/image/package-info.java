/**
 * Images as {@code uint8} RGB arrays: decoding, encoding, resizing and augmentation, with PIL's
 * arithmetic where a published result depends on it.
 *
 * <p>Knows no other room.
 */
package longtail.image;
