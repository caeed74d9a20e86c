package longtail.nn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Decides which intermediate arrays of a computation may take each other's memory. Every value is
 * written at its birth and last read at its death; two values overlap in memory only if one dies
 * before the other is born. Values are placed from the longest to the shortest, each at the lowest
 * place that is free for its whole life: so short ones fill what long ones leave.
 */
final class Lifetimes {
  /** Elements to which offsets are rounded: a cache line of float32. */
  private static final long LINE = 16;

  private final List<Value> values = new ArrayList<>();

  private static final class Value {
    private final int id;
    private final long length;
    private final int birth;
    private int death;
    private long offset;

    Value(int id, long length, int birth) {
      this.id = id;
      this.length = length;
      this.birth = birth;
      death = birth;
    }

    boolean meets(Value other) {
      return birth <= other.death && other.birth <= death;
    }

    /** One line more than needed: equal places in two arrays should not compete for cache sets. */
    long end() {
      return offset + (length + LINE - 1) / LINE * LINE + LINE;
    }
  }

  /**
   * Where every value lies.
   *
   * @param offsets first element by value, a multiple of a cache line
   * @param length elements of all
   */
  record Layout(long[] offsets, long length) {}

  /** A new value of {@code length} elements, written at time {@code birth}; returns its number. */
  int add(long length, int birth) {
    values.add(new Value(values.size(), length, birth));
    return values.size() - 1;
  }

  /** Says that {@code value} is read at {@code time}. */
  void read(int value, int time) {
    Value read = values.get(value);
    read.death = Math.max(read.death, time);
  }

  /** Whether {@code value} is still there at {@code time}. */
  boolean lives(int value, int time) {
    return values.get(value).death >= time;
  }

  /** Gives every value a place. */
  Layout assign() {
    List<Value> byLength = new ArrayList<>(values);
    byLength.sort(Comparator.comparingLong((Value v) -> v.length).reversed());
    List<Value> placed = new ArrayList<>();
    for (Value value : byLength) {
      value.offset = 0;
      for (Value other : placed) { // by rising offset
        if (other.meets(value) && other.end() > value.offset) {
          if (other.offset >= value.end()) {
            break;
          }
          value.offset = other.end();
        }
      }
      int rank = 0;
      while (rank < placed.size() && placed.get(rank).offset <= value.offset) {
        rank++;
      }
      placed.add(rank, value);
    }
    long[] offsets = new long[values.size()];
    values.forEach(value -> offsets[value.id] = value.offset);
    return new Layout(offsets, values.stream().mapToLong(Value::end).max().orElse(0));
  }
}
