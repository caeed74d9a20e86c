package longtail.dataset;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.Quantity;

/**
 * Which class of one list each class of another list is. The name of a class is its identity; its
 * number counts only where one of the lists has no names, that is, calls every class by its number.
 */
public final class ClassMapping {
  private static final int EXAMPLES = 3;
  private static final int UNKNOWN = -1;
  private static final int AMBIGUOUS = -2;

  private final List<String> names;
  private final List<String> known;
  private final int[] targets;

  private ClassMapping(List<String> names, List<String> known, int[] targets) {
    this.names = names;
    this.known = known;
    this.targets = targets;
  }

  /** The classes {@code names} among the classes {@code known}. */
  public static ClassMapping of(List<String> names, List<String> known) {
    int[] targets;
    if (names.equals(known)) {
      targets = IntStream.range(0, names.size()).toArray();
    } else if (byNumber(names, known)) {
      targets = IntStream.range(0, names.size()).map(c -> c < known.size() ? c : UNKNOWN).toArray();
    } else {
      targets = byName(names, known);
    }
    return new ClassMapping(names, known, targets);
  }

  /**
   * Numbers may stand for the first ones of a longer list of names; names for numbers only where
   * there are as many. Names that are numbers (folders called 1, 10, 2) are names.
   */
  private static boolean byNumber(List<String> names, List<String> known) {
    boolean toNames = !named(names) && !digits(known);
    boolean fromNames = !named(known) && !digits(names) && names.size() == known.size();
    return toNames || fromNames;
  }

  private static boolean digits(List<String> names) {
    return names.stream().allMatch(name -> name.matches("[0-9]+"));
  }

  private static int[] byName(List<String> names, List<String> known) {
    Map<String, Integer> places = new HashMap<>();
    for (int c = 0; c < known.size(); c++) {
      int place = c;
      places.merge(known.get(c), place, (first, second) -> AMBIGUOUS);
    }
    Set<String> seen = new HashSet<>();
    Set<String> twice = names.stream().filter(name -> !seen.add(name)).collect(Collectors.toSet());
    return names.stream()
        .mapToInt(name -> twice.contains(name) ? AMBIGUOUS : places.getOrDefault(name, UNKNOWN))
        .toArray();
  }

  /** Whether {@code names} says more of its classes than their numbers. */
  public static boolean named(List<String> names) {
    return !names.equals(numbers(names.size()));
  }

  /** The names of {@code classes} classes that have none: their numbers. */
  public static List<String> numbers(int classes) {
    return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
  }

  /**
   * The labels {@code labels} of the first list as those of the second.
   *
   * @param set whose labels they are, in messages
   * @param owner who knows the classes of the second list, in messages
   * @throws LongTailException (CONFIG) naming the classes that have images and are not in the
   *     second list, or twice in one of them
   */
  public int[] apply(int[] labels, String set, String owner) {
    int[] images = new int[names.size()];
    int[] mapped = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      images[labels[i]]++;
      mapped[i] = targets[labels[i]];
    }
    List<String> lost = new ArrayList<>();
    List<String> unclear = new ArrayList<>();
    for (int c = 0; c < images.length; c++) {
      if (images[c] > 0 && targets[c] < 0) {
        (targets[c] == UNKNOWN ? lost : unclear)
            .add("'%s' (%s)".formatted(names.get(c), Quantity.of(images[c], "image")));
      }
    }
    if (!lost.isEmpty()) {
      throw new LongTailException(ErrorCode.CONFIG, misfit(lost, set, owner));
    }
    if (!unclear.isEmpty()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "%s has other classes than %s, and these names stand for several of them: %s; give every class a name of its own, or prepare the images with the same list of classes (--classes-from, --classes)"
              .formatted(set, owner, some(unclear)));
    }
    return mapped;
  }

  private String misfit(List<String> lost, String set, String owner) {
    String what =
        named(names) && !named(known)
            ? "%s has %s with names and %s has %s without, so nobody knows which is which"
                .formatted(
                    set,
                    Quantity.of(names.size(), "class"),
                    owner,
                    Quantity.of(known.size(), "class"))
            : "%s has images of %s that %s not among the %d of %s: %s"
                .formatted(
                    set,
                    Quantity.of(lost.size(), "class"),
                    lost.size() == 1 ? "is" : "are",
                    known.size(),
                    owner,
                    some(lost));
    return what
        + "; leave those images out, or prepare the images with the classes that are meant (--classes-from, --classes)";
  }

  private static String some(List<String> classes) {
    String first = classes.stream().limit(EXAMPLES).collect(Collectors.joining(", "));
    return classes.size() <= EXAMPLES
        ? first
        : "%s and %d more".formatted(first, classes.size() - EXAMPLES);
  }

  /**
   * Checks that both lists number the same classes in the same way, as outputs of one network must
   * for another.
   *
   * @throws LongTailException (CONFIG) naming the first class that differs
   */
  public static void requireSame(List<String> names, String set, List<String> known, String owner) {
    if (names.size() != known.size()) {
      throw new LongTailException(
          ErrorCode.CONFIG,
          "%s has %s, %s has %d%s"
              .formatted(
                  set,
                  Quantity.of(names.size(), "class"),
                  owner,
                  known.size(),
                  missing(names, known)));
    }
    if (!named(names) || !named(known)) {
      return;
    }
    for (int c = 0; c < names.size(); c++) {
      if (!names.get(c).equals(known.get(c))) {
        throw new LongTailException(
            ErrorCode.CONFIG,
            "class %d is '%s' for %s and '%s' for %s: prepare the images with the same list of classes (--classes-from, --classes)"
                .formatted(c, names.get(c), set, known.get(c), owner));
      }
    }
  }

  private static String missing(List<String> names, List<String> known) {
    boolean more = names.size() > known.size();
    Set<String> rest = new HashSet<>(more ? known : names);
    return (more ? names : known)
        .stream()
            .filter(name -> !rest.contains(name))
            .findFirst()
            .map(", such as '%s', which only one of them has"::formatted)
            .orElse("");
  }
}
