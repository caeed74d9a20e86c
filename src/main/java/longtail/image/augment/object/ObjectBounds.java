package longtail.image.augment.object;

import java.util.function.IntPredicate;
import longtail.image.ActivationMap;

/**
 * The rows and columns that an object takes.
 *
 * @param top first row
 * @param bottom last row
 * @param left first column
 * @param right last column
 */
public record ObjectBounds(int top, int bottom, int left, int right) {
  /** Which row and column counts as the last. */
  public enum End {
    /** The last that the object takes. */
    LAST,
    /**
     * The second that it takes, or -1 if it takes one: a slip of the code of Bag of Tricks, which
     * turns objects about their upper left corner and shifts them out of the image.
     */
    SECOND
  }

  private static final int NONE = -1;

  /** The bounds of what {@code object} has above level 0; all of it if there is nothing. */
  static ObjectBounds of(ActivationMap object, End end) {
    int height = object.height();
    int width = object.width();
    IntPredicate row = y -> taken(object, y * width, 1, width);
    IntPredicate column = x -> taken(object, x, width, height);
    int top = next(0, height, row);
    if (top == NONE) {
      return new ObjectBounds(0, height - 1, 0, width - 1);
    }
    int left = next(0, width, column);
    return switch (end) {
      case LAST -> new ObjectBounds(top, last(height, row), left, last(width, column));
      case SECOND ->
          new ObjectBounds(top, next(top + 1, height, row), left, next(left + 1, width, column));
    };
  }

  private static boolean taken(ActivationMap object, int first, int stride, int count) {
    for (int k = 0; k < count; k++) {
      if (object.level(first + k * stride) != 0) {
        return true;
      }
    }
    return false;
  }

  private static int next(int from, int length, IntPredicate taken) {
    for (int at = from; at < length; at++) {
      if (taken.test(at)) {
        return at;
      }
    }
    return NONE;
  }

  private static int last(int length, IntPredicate taken) {
    int at = length - 1;
    while (!taken.test(at)) {
      at--;
    }
    return at;
  }

  /** Column of the centre. */
  double centreX() {
    return (left + right) / 2.0;
  }

  /** Row of the centre. */
  double centreY() {
    return (top + bottom) / 2.0;
  }
}
