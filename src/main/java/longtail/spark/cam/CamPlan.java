package longtail.spark.cam;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import longtail.RandomStreams;
import longtail.image.augment.object.ObjectOperator;
import longtail.shard.Samples;

/**
 * Which images are generated, class by class: from which image, by which operator. Every image has
 * a random stream of its own, named by the seed, its class and its index in the class.
 */
final class CamPlan {
  /** Sets the streams of this class apart from the program's other streams of the same seed. */
  private static final long STREAM = 0x43414DL;

  private final long seed;
  private final int[] first;
  private final int[][] rowsOfClass;

  private CamPlan(long seed, int[] first, int[][] rowsOfClass) {
    this.seed = seed;
    this.first = first;
    this.rowsOfClass = rowsOfClass;
  }

  /** {@code quota[c]} images of each class {@code c} from the images {@code samples}. */
  static CamPlan of(Samples samples, int[] quota, long seed) {
    int[] first = new int[quota.length + 1];
    System.arraycopy(quota, 0, first, 1, quota.length);
    Arrays.parallelPrefix(first, Math::addExact);
    int[] filled = new int[quota.length];
    int[][] rows = new int[quota.length][];
    for (int label : samples.labels()) {
      filled[label]++;
    }
    for (int c = 0; c < rows.length; c++) {
      rows[c] = new int[filled[c]];
    }
    for (int row = samples.size() - 1; row >= 0; row--) {
      int label = samples.label(row);
      rows[label][--filled[label]] = row;
    }
    return new CamPlan(seed, first, rows);
  }

  /** Number of generated images. */
  int size() {
    return first[first.length - 1];
  }

  /** Class of each generated image. */
  int[] labels() {
    return IntStream.range(0, first.length - 1)
        .flatMap(c -> IntStream.range(first[c], first[c + 1]).map(number -> c))
        .toArray();
  }

  /** The image {@code number}, from 0. */
  Item item(int number) {
    int label = label(number);
    SplittableRandom random = RandomStreams.of(seed, STREAM, label, number - first[label]);
    int[] rows = rowsOfClass[label];
    int row = rows[random.nextInt(rows.length)];
    return new Item(number, label, row, ObjectOperator.draw(random), random);
  }

  private int label(int number) {
    int at = Arrays.binarySearch(first, number);
    int label = at >= 0 ? at : -at - 2;
    // a class without images begins where the next one does
    while (first[label + 1] == number) {
      label++;
    }
    return label;
  }

  /**
   * An image to generate.
   *
   * @param number number among all, from 0
   * @param label its class
   * @param row the image that it is made from
   * @param operator the kind of move
   * @param random what the move is drawn from
   */
  record Item(int number, int label, int row, ObjectOperator operator, SplittableRandom random) {
    String imageId() {
      return "label_%s_generate_index_%s".formatted(label, number);
    }
  }
}
