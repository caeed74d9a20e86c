package longtail.image.augment.object;

import java.util.SplittableRandom;

/** The kinds of {@link ObjectMove} among which one is drawn, each as likely as the others. */
public enum ObjectOperator {
  /** Turned by -45 to 44 degrees and scaled to 80 to 119 percent. */
  ROTATE_SCALE,
  /** Shifted by whole pixels, so far that the bounds stay inside the image. */
  TRANSLATE,
  /** Mirrored. */
  FLIP;

  private static final int STEEPEST = 45;
  private static final int SMALLEST = 80;
  private static final int LARGEST = 120;

  /** One of the kinds. */
  public static ObjectOperator draw(SplittableRandom random) {
    ObjectOperator[] all = values();
    return all[random.nextInt(all.length)];
  }

  /** A move of this kind for an object with {@code bounds} in an image of the given size. */
  ObjectMove draw(ObjectBounds bounds, int height, int width, SplittableRandom random) {
    return switch (this) {
      case ROTATE_SCALE ->
          new ObjectMove.RotateScale(
              bounds, random.nextInt(-STEEPEST, STEEPEST), random.nextInt(SMALLEST, LARGEST));
      case TRANSLATE ->
          new ObjectMove.Translate(
              random.nextInt(-bounds.left(), width - bounds.right()),
              random.nextInt(-bounds.top(), height - bounds.bottom()));
      case FLIP -> new ObjectMove.Flip();
    };
  }
}
