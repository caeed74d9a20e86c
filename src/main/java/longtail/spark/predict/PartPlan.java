package longtail.spark.predict;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How a list of images is cut into parts, which are scored, written and, after an interruption,
 * kept as wholes. It depends on the number of images alone, so that every image meets the same
 * others in its batch however many tasks there are.
 *
 * @param images number of images
 * @param size images of a part; the last may have fewer
 */
record PartPlan(int images, int size) {
  private static final int PARTS = 128;
  private static final int FEWEST = 32;
  private static final int MOST = 4096;

  /** The plan for {@code images} images. */
  static PartPlan of(int images) {
    int size = (images + PARTS - 1) / PARTS;
    return new PartPlan(images, Math.min(MOST, Math.max(FEWEST, size)));
  }

  /** Number of parts. */
  int parts() {
    return (images + size - 1) / size;
  }

  /** Position of the first image of {@code part}. */
  int first(int part) {
    return part * size;
  }

  /** Number of images of {@code part}. */
  int sizeOf(int part) {
    return Math.min(size, images - first(part));
  }

  /** The images of {@code part} among {@code all}. */
  Part part(int part, List<ImageReference> all) {
    int first = first(part);
    return new Part(part, first, List.copyOf(all.subList(first, first + sizeOf(part))));
  }

  /** All parts. */
  List<Integer> all() {
    return IntStream.range(0, parts()).boxed().toList();
  }
}
