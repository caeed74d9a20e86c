package longtail.sample;

/**
 * A list gone through again and again, in another order each time. Any place of this endless
 * sequence can be read; going forward is cheap.
 */
final class Cycle {
  private final int[] items;
  private final PassOrder order;
  private long pass = -1;
  private int[] ordered;

  /** Passes over {@code items}, at least one. */
  Cycle(int[] items, PassOrder order) {
    this.items = items.clone();
    this.order = order;
  }

  /** The item at {@code position}, from 0. */
  int at(long position) {
    if (position / items.length != pass) {
      pass = position / items.length;
      ordered = order.of(items.clone(), pass);
    }
    return ordered[(int) (position % items.length)];
  }

  /** The order of a pass. */
  @FunctionalInterface
  interface PassOrder {
    /** The items in the order of pass {@code pass}, from 0; may use {@code items} for it. */
    int[] of(int[] items, long pass);
  }
}
