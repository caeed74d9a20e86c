package longtail.dataset.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import longtail.Quantity;
import longtail.dataset.AnnotatedSet;
import longtail.dataset.Annotation;
import longtail.dataset.ClassMapping;

/** What is legal in annotations, but seldom meant. */
final class LabelNotes {
  private static final int EXAMPLES = 3;

  private LabelNotes() {}

  /** One sentence for each thing that looks odd in {@code set}. */
  static List<String> of(AnnotatedSet set) {
    List<String> notes = new ArrayList<>(set.notes());
    classesWithoutImages(set, notes);
    repeatedNames(set, notes);
    repeatedPaths(set, notes);
    return notes;
  }

  private static void classesWithoutImages(AnnotatedSet set, List<String> notes) {
    int[] counts = set.counts().toArray();
    boolean nameless = !ClassMapping.named(set.classNames());
    if (nameless && counts[0] == 0) {
      notes.add("class 0 has no image: do the labels begin at 1?");
      counts[0] = 1;
    }
    List<String> empty = new ArrayList<>();
    for (int c = 0; c < counts.length; c++) {
      if (counts[c] == 0) {
        empty.add(set.classNames().get(c));
      }
    }
    if (!empty.isEmpty()) {
      notes.add(
          "%d of %d classes have no image: %s".formatted(empty.size(), counts.length, some(empty)));
    }
  }

  private static void repeatedNames(AnnotatedSet set, List<String> notes) {
    Set<String> seen = new HashSet<>();
    List<String> repeated =
        set.classNames().stream().filter(name -> !seen.add(name)).distinct().toList();
    if (!repeated.isEmpty()) {
      notes.add(
          "%s for several classes, which can only be told apart by their numbers: %s"
              .formatted(
                  Quantity.does(repeated.size(), "name", "stands", "stand"), some(repeated)));
    }
  }

  private static void repeatedPaths(AnnotatedSet set, List<String> notes) {
    Map<String, Integer> labels = new HashMap<>();
    Map<String, String> conflicts = new HashMap<>();
    List<String> examples = new ArrayList<>();
    Set<String> repeated = new HashSet<>();
    String first = "";
    for (Annotation annotation : set.annotations()) {
      Integer before = labels.putIfAbsent(plain(annotation.path()), annotation.label());
      if (before == null) {
        continue;
      }
      if (before == annotation.label()) {
        first = repeated.isEmpty() ? annotation.path() : first;
        repeated.add(plain(annotation.path()));
      } else if (!conflicts.containsKey(plain(annotation.path()))) {
        String classes =
            "%s is %s and %s"
                .formatted(
                    annotation.path(),
                    set.classNames().get(before),
                    set.classNames().get(annotation.label()));
        conflicts.put(plain(annotation.path()), classes);
        examples.add(classes);
      }
    }
    if (!conflicts.isEmpty()) {
      notes.add(
          "%s two classes: %s"
              .formatted(Quantity.does(conflicts.size(), "file", "has", "have"), some(examples)));
    }
    if (!repeated.isEmpty()) {
      notes.add(
          "%s several times, such as %s"
              .formatted(Quantity.does(repeated.size(), "file", "occurs", "occur"), first));
    }
  }

  /** {@code ./a.jpg} and {@code a.jpg} are one file. */
  private static String plain(String path) {
    return path.contains("./") || path.contains("//")
        ? path.replaceAll("/+", "/").replaceAll("(?<=^|/)(\\./)+", "")
        : path;
  }

  private static String some(List<String> of) {
    String first = of.stream().limit(EXAMPLES).collect(Collectors.joining(", "));
    return of.size() <= EXAMPLES ? first : "%s and %d more".formatted(first, of.size() - EXAMPLES);
  }
}
