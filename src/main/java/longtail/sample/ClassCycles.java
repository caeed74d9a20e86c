package longtail.sample;

import java.util.stream.IntStream;

/**
 * The endless sequence of class-aware sampling: a cycle of classes, and a cycle of rows for each
 * class, of which a few are taken in a row.
 */
public final class ClassCycles {
  /** The number of the list of classes; the list of a class's rows has the number of the class. */
  public static final int CLASSES = -1;

  private final int perClass;
  private final int present;
  private final Cycle classes;
  private final Cycle[] rows;

  private ClassCycles(int perClass, int present, Cycle classes, Cycle[] rows) {
    this.perClass = perClass;
    this.present = present;
    this.classes = classes;
    this.rows = rows;
  }

  /** Cycles over the classes of {@code population} that have rows, {@code perClass} in a row. */
  public static ClassCycles of(Population population, int perClass, Order order) {
    int[] present =
        IntStream.range(0, population.counts().classes())
            .filter(c -> population.counts().count(c) > 0)
            .toArray();
    Cycle[] rows = new Cycle[population.counts().classes()];
    for (int c : present) {
      rows[c] = new Cycle(population.rows(c), (items, pass) -> order.of(items, c, pass));
    }
    Cycle classes = new Cycle(present, (items, pass) -> order.of(items, CLASSES, pass));
    return new ClassCycles(perClass, present.length, classes, rows);
  }

  /**
   * The row of draw {@code draw} (from 0) of epoch {@code epoch} (from 0). An epoch that ends
   * within the rows of a class leaves the rest of them out.
   *
   * @param draws draws of each epoch
   */
  public int row(int epoch, int draws, int draw) {
    long groupsOfEpoch = (draws + perClass - 1L) / perClass;
    long group = epoch * groupsOfEpoch + draw / perClass;
    // every pass over the classes takes perClass rows of each
    long position = group / present * perClass + draw % perClass;
    return rows[classes.at(group)].at(position);
  }

  /** The orders in which lists are gone through. */
  @FunctionalInterface
  public interface Order {
    /**
     * The items of list {@code list} in the order of pass {@code pass}, from 0; may use {@code
     * items} for it.
     */
    int[] of(int[] items, int list, long pass);
  }
}
