package longtail.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The group of an image as a part of its path, such as the folder of the film that it is from. */
public final class GroupPattern {
  private final Pattern pattern;

  private GroupPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * The group is what the first pair of brackets in {@code regex} matches, or else the whole match.
   *
   * @throws IllegalArgumentException if it is no regular expression
   */
  public static GroupPattern of(String regex) {
    try {
      return new GroupPattern(Pattern.compile(regex));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "group-pattern must be a regular expression, was '%s': %s"
              .formatted(regex, e.getDescription()),
          e);
    }
  }

  /** The images of {@code set} in groups; those that it does not match belong to none. */
  public AnnotatedSet group(AnnotatedSet set) {
    List<Annotation> grouped = new ArrayList<>(set.size());
    int without = 0;
    for (Annotation image : set.annotations()) {
      Matcher matcher = pattern.matcher(image.path());
      String group = "";
      if (matcher.find()) {
        String first = matcher.groupCount() > 0 ? matcher.group(1) : matcher.group();
        group = first == null ? "" : first;
      }
      without += group.isEmpty() ? 1 : 0;
      grouped.add(image.withGroup(group));
    }
    List<String> notes = new ArrayList<>(set.notes());
    if (without > 0) {
      notes.add(
          "the group pattern does not match %d of %d images, which belong to no group"
              .formatted(without, set.size()));
    }
    return new AnnotatedSet(grouped, set.classNames(), notes);
  }
}
