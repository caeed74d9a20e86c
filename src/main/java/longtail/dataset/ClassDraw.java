package longtail.dataset;

/** Draws images of one class after the other; a draw may depend on those before it. */
@FunctionalInterface
public interface ClassDraw {

  /**
   * Draws from class {@code c}; called once for each class, in ascending order.
   *
   * @param members number of images of the class
   * @param wanted how many to draw, at most {@code members}
   * @return distinct positions within the class, in [0, members), in the order they were drawn
   */
  int[] draw(int c, int members, int wanted);
}
