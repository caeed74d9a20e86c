package longtail.spark.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import longtail.dataset.Inspection.Duplicates;
import longtail.image.PerceptualHash;

/** Finds images that are the same, by their bytes or by their looks. */
final class DuplicateSearch {
  /** The most bits in which the hashes of two images that look alike differ. */
  static final int MOST_DIFFERENT_BITS = 7;

  /** One more than the bits that may differ: two such hashes agree in one of the bands. */
  private static final int BANDS = MOST_DIFFERENT_BITS + 1;

  private static final int BAND_BITS = PerceptualHash.BITS / BANDS;

  /** Fewer rises than this, or falls, are what even surfaces have: they look like one another. */
  private static final int LEAST_STRUCTURE = 16;

  /** Of a band that so many images share, each is compared with its next ones only. */
  private static final int COMPARED = 2000;

  private static final int EXAMPLES = 100;
  private static final int OF_A_GROUP = 10;

  /**
   * An image as the search sees it.
   *
   * @param split number of its split
   * @param label its class
   */
  record Entry(int split, int label, ImageFacts facts) {}

  /** The most that the brightness of two images that look alike lies apart, in contrasts. */
  private static final double MOST_DIFFERENCE = 0.1;

  private final List<Entry> entries;
  private final IntFunction<String> names;
  private final long[] across;
  private final long[] down;

  /**
   * Among {@code entries}.
   *
   * @param names the name of an entry for the user
   */
  DuplicateSearch(List<Entry> entries, IntFunction<String> names) {
    this.entries = entries;
    this.names = names;
    this.across = entries.stream().mapToLong(e -> bits(e, PerceptualHash::across)).toArray();
    this.down = entries.stream().mapToLong(e -> bits(e, PerceptualHash::down)).toArray();
  }

  private static long bits(Entry entry, ToLongFunction<PerceptualHash> of) {
    return entry.facts().readable() ? of.applyAsLong(entry.facts().looks()) : 0;
  }

  /** Images with the same bytes. */
  Duplicates copies() {
    return duplicates(firstOfSameBytes());
  }

  /**
   * Images whose hashes differ in at most {@value #MOST_DIFFERENT_BITS} bits and little in
   * brightness, from one another and from the first of their group; of the same bytes only one.
   * Images without structure are left out.
   */
  Duplicates lookAlikes() {
    int[] first = firstOfSameBytes();
    int[] parent = IntStream.range(0, entries.size()).toArray();
    int[] compared =
        IntStream.range(0, entries.size())
            .filter(
                i ->
                    first[i] == i
                        && entries.get(i).facts().readable()
                        && structure(i) >= LEAST_STRUCTURE)
            .toArray();
    for (int band = 0; band < BANDS; band++) {
      joinWithin(sortedByBand(compared, band), band, parent);
    }
    return duplicates(IntStream.range(0, parent.length).map(i -> root(parent, i)).toArray());
  }

  private void joinWithin(int[] sorted, int band, int[] parent) {
    for (int i = 0; i < sorted.length; i++) {
      int value = band(sorted[i], band);
      for (int j = i + 1;
          j < sorted.length && j - i <= COMPARED && band(sorted[j], band) == value;
          j++) {
        if (alike(sorted[i], sorted[j])
            && alike(root(parent, sorted[i]), sorted[j])
            && alike(root(parent, sorted[j]), sorted[i])) {
          join(parent, sorted[i], sorted[j]);
        }
      }
    }
  }

  private int[] sortedByBand(int[] images, int band) {
    return Arrays.stream(images)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingInt(i -> band(i, band))
                .thenComparingInt(Integer::intValue))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private int band(int image, int band) {
    int ofHalf = BANDS / 2;
    long half = band < ofHalf ? across[image] : down[image];
    return (int) ((half >>> ((band % ofHalf) * BAND_BITS)) & ((1L << BAND_BITS) - 1));
  }

  private boolean alike(int a, int b) {
    int bits = Long.bitCount(across[a] ^ across[b]) + Long.bitCount(down[a] ^ down[b]);
    return bits <= MOST_DIFFERENT_BITS
        && entries.get(a).facts().looks().difference(entries.get(b).facts().looks())
            <= MOST_DIFFERENCE;
  }

  /** Rises or falls of an image, whichever are fewer. */
  private int structure(int image) {
    int rises = Long.bitCount(across[image]) + Long.bitCount(down[image]);
    return Math.min(rises, PerceptualHash.BITS - rises);
  }

  private int[] firstOfSameBytes() {
    Map<Long, Integer> known = new HashMap<>();
    int[] first = new int[entries.size()];
    for (int i = 0; i < first.length; i++) {
      ImageFacts facts = entries.get(i).facts();
      Integer earlier = facts.readable() ? known.putIfAbsent(facts.digest(), i) : null;
      first[i] = earlier == null ? i : earlier;
    }
    return first;
  }

  private static int root(int[] parent, int i) {
    int at = i;
    while (parent[at] != at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  /** The smaller one stays, so that the result does not depend on the order. */
  private static void join(int[] parent, int a, int b) {
    int first = root(parent, a);
    int second = root(parent, b);
    parent[Math.max(first, second)] = Math.min(first, second);
  }

  private Duplicates duplicates(int[] groupOf) {
    Map<Integer, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < groupOf.length; i++) {
      groups.computeIfAbsent(groupOf[i], first -> new ArrayList<>()).add(i);
    }
    groups.values().removeIf(group -> group.size() < 2);
    List<List<Integer>> worst =
        groups.values().stream()
            .sorted(
                Comparator.comparing((List<Integer> group) -> !acrossSplits(group))
                    .thenComparing(group -> !acrossClasses(group)))
            .toList();
    return new Duplicates(
        groups.size(),
        groups.values().stream().mapToInt(List::size).sum(),
        (int) groups.values().stream().filter(this::acrossSplits).count(),
        (int) groups.values().stream().filter(this::acrossClasses).count(),
        worst.stream()
            .limit(EXAMPLES)
            .map(group -> group.stream().limit(OF_A_GROUP).map(names::apply).toList())
            .toList());
  }

  private boolean acrossSplits(List<Integer> group) {
    return group.stream().mapToInt(i -> entries.get(i).split()).distinct().count() > 1;
  }

  private boolean acrossClasses(List<Integer> group) {
    return group.stream().mapToInt(i -> entries.get(i).label()).distinct().count() > 1;
  }
}
