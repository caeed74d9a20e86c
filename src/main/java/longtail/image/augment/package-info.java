/**
 * Transforms from the stored image to what the network sees, with PIL's arithmetic where a
 * published result depends on it.
 *
 * <p>The transforms are one sealed family and stand together; what they compute with is in {@code
 * tone} and {@code geometry}, and what moves objects for new images in {@code object}. Knows {@code
 * longtail.image} and how the experiment file states defaults; all that is random comes from a
 * stream that is handed in. Knows no files, no batches and no labels.
 */
package longtail.image.augment;
