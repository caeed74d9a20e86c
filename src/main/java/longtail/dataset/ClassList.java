package longtail.dataset;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.conf.Configuration;

/** A file with the names of the classes, one a line, in the order of their numbers. */
public final class ClassList {
  private ClassList() {}

  /**
   * Reads the names; blank lines are skipped.
   *
   * @throws LongTailException (DATA) if there is none, or one twice
   */
  public static List<String> read(String file, Configuration conf) {
    List<String> names = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    TextFile.read(
        file,
        (number, text) -> {
          String name = text.strip();
          if (!name.isEmpty() && !seen.add(name)) {
            throw bad(
                file, "line %d: the class '%s' is named a second time".formatted(number, name));
          }
          if (!name.isEmpty()) {
            names.add(name);
          }
        },
        conf);
    if (names.isEmpty()) {
      throw bad(file, "it names no class; write the name of one class a line");
    }
    return names;
  }

  private static LongTailException bad(String file, String reason) {
    return new LongTailException(
        ErrorCode.DATA, "Reading the classes in %s: %s".formatted(file, reason));
  }
}
