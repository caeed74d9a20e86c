package longtail.nn;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Decides which intermediate arrays of a computation may take each other's memory. Every value is
 * written at its birth and last read at its death; two values share a slot only if one dies before
 * the other is born. The slot freed last is taken first: it is the likeliest to be in a cache.
 */
final class Lifetimes {
  private final List<Value> values = new ArrayList<>();

  private static final class Value {
    private final int id;
    private final long length;
    private final int birth;
    private int death;

    Value(int id, long length, int birth) {
      this.id = id;
      this.length = length;
      this.birth = birth;
      death = birth;
    }
  }

  /**
   * Where every value lies.
   *
   * @param slotOf slot by value
   * @param lengths elements by slot
   */
  record Slots(int[] slotOf, long[] lengths) {}

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

  /** Gives every value a slot. */
  Slots assign() {
    int[] slotOf = new int[values.size()];
    List<Long> lengths = new ArrayList<>();
    Map<Long, Deque<Integer>> free = new HashMap<>();
    PriorityQueue<Value> living = new PriorityQueue<>(Comparator.comparingInt(v -> v.death));
    List<Value> byBirth = new ArrayList<>(values);
    byBirth.sort(Comparator.comparingInt(v -> v.birth));
    for (Value value : byBirth) {
      while (!living.isEmpty() && living.peek().death < value.birth) {
        Value dead = living.poll();
        free.computeIfAbsent(dead.length, length -> new ArrayDeque<>()).push(slotOf[dead.id]);
      }
      Deque<Integer> fitting = free.get(value.length);
      if (fitting == null || fitting.isEmpty()) {
        slotOf[value.id] = lengths.size();
        lengths.add(value.length);
      } else {
        slotOf[value.id] = fitting.pop();
      }
      living.add(value);
    }
    return new Slots(slotOf, lengths.stream().mapToLong(Long::longValue).toArray());
  }
}
