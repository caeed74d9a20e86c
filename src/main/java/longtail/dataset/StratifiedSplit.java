package longtail.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import longtail.RandomStreams;

/**
 * A set divided into training, validation and test set so that every class has its shares in each,
 * as nearly as its number of images allows, and images of one group stay together.
 *
 * <p>Class by class, the rarest first, every group goes to the part that lacks most of what it
 * brings; the first one of a class goes to the training set, so that each class can be learnt.
 */
public final class StratifiedSplit {
  private static final double TIE = 1e-9;

  private final AnnotatedSet set;
  private final SplitShares shares;
  private final long seed;

  /** Images of each part by class. */
  private final Map<SplitPart, int[]> have = new EnumMap<>(SplitPart.class);

  private final Map<SplitPart, Integer> sizes = new EnumMap<>(SplitPart.class);
  private final int[] counts;
  private final SplitPart[] parts;

  private StratifiedSplit(AnnotatedSet set, SplitShares shares, long seed) {
    this.set = set;
    this.shares = shares;
    this.seed = seed;
    for (SplitPart part : SplitPart.values()) {
      have.put(part, new int[set.classes()]);
      sizes.put(part, 0);
    }
    counts = set.counts().toArray();
    parts = new SplitPart[set.size()];
  }

  /**
   * Divides {@code set}; a pure function of its arguments.
   *
   * @param seed which images of a class go where
   */
  public static StratifiedSplit of(AnnotatedSet set, SplitShares shares, long seed) {
    StratifiedSplit split = new StratifiedSplit(set, shares, seed);
    split.divide();
    return split;
  }

  /** The images of {@code part}, in the order of the set, with all class names. */
  public AnnotatedSet images(SplitPart part) {
    return set.select(IntStream.range(0, parts.length).filter(i -> parts[i] == part).toArray());
  }

  /** One sentence for each part that could not be given an image of every class. */
  public List<String> notes() {
    return Arrays.stream(SplitPart.values()).flatMap(part -> notes(part).stream()).toList();
  }

  /** The same for {@code part}: at most one sentence. */
  public List<String> notes(SplitPart part) {
    int[] lacking =
        IntStream.range(0, counts.length)
            .filter(c -> counts[c] > 0 && shares.of(part) > 0)
            .filter(c -> have.get(part)[c] == 0)
            .toArray();
    if (lacking.length == 0) {
      return List.of();
    }
    return List.of(
        "%d of %d classes have too few images or groups to give the %s set one, such as '%s' with %d; each has at least one to train on"
            .formatted(
                lacking.length,
                counts.length,
                part.title(),
                set.classNames().get(lacking[0]),
                counts[lacking[0]]));
  }

  private void divide() {
    Map<Integer, List<int[]>> groupsOfClass = groupsOfClass();
    IntStream.range(0, counts.length)
        .boxed()
        .sorted(Comparator.comparingInt(c -> counts[c]))
        .forEach(c -> divide(c, groupsOfClass.getOrDefault(c, List.of())));
  }

  /** The groups that have images of each class; a group is the positions of its images. */
  private Map<Integer, List<int[]>> groupsOfClass() {
    Map<String, List<Integer>> members = new HashMap<>();
    Map<Integer, List<int[]>> groups = new HashMap<>();
    int[] labels = set.labels();
    for (int i = 0; i < labels.length; i++) {
      String group = set.annotations().get(i).group();
      if (group.isEmpty()) {
        groups.computeIfAbsent(labels[i], c -> new ArrayList<>()).add(new int[] {i});
      } else {
        members.computeIfAbsent(group, name -> new ArrayList<>()).add(i);
      }
    }
    members.values().stream()
        .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
        .sorted(Comparator.comparingInt(group -> group[0]))
        .forEach(
            group ->
                Arrays.stream(group)
                    .map(i -> labels[i])
                    .distinct()
                    .forEach(c -> groups.computeIfAbsent(c, x -> new ArrayList<>()).add(group)));
    return groups;
  }

  private void divide(int c, List<int[]> groups) {
    int[] order = IntStream.range(0, groups.size()).toArray();
    RandomStreams.shuffle(order, RandomStreams.of(seed, c));
    Arrays.stream(order)
        .mapToObj(groups::get)
        .filter(group -> parts[group[0]] == null)
        .sorted(Comparator.comparingInt((int[] group) -> group.length).reversed())
        .forEach(
            group ->
                assign(
                    group, have.get(SplitPart.TRAIN)[c] == 0 ? SplitPart.TRAIN : neediest(group)));
  }

  private void assign(int[] group, SplitPart part) {
    for (int i : group) {
      parts[i] = part;
      have.get(part)[label(i)]++;
    }
    sizes.merge(part, group.length, Integer::sum);
  }

  private SplitPart neediest(int[] group) {
    SplitPart best = SplitPart.TRAIN;
    for (SplitPart part : SplitPart.values()) {
      double gain = lack(group, part) - lack(group, best);
      boolean tie = Math.abs(gain) <= TIE && lack(part) > lack(best) + TIE;
      if (shares.of(part) > 0 && (gain > TIE || tie)) {
        best = part;
      }
    }
    return best;
  }

  /** How many images of the classes of {@code group} a part lacks, each image of it counted. */
  private double lack(int[] group, SplitPart part) {
    return Arrays.stream(group)
        .map(this::label)
        .mapToDouble(c -> shares.of(part) * counts[c] - have.get(part)[c])
        .sum();
  }

  private double lack(SplitPart part) {
    return shares.of(part) * set.size() - sizes.get(part);
  }

  private int label(int position) {
    return set.annotations().get(position).label();
  }
}
