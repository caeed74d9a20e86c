package longtail.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Java sources of the project. */
final class Sources {
  private static final Pattern TYPE =
      Pattern.compile("\\b(?:class|interface|record|enum|@interface) ([A-Z]\\w*)");

  private Sources() {}

  /** Simple names of all types, of tests and benchmarks too. */
  static Set<String> names() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Path root : roots()) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
          TYPE.matcher(Files.readString(file)).results().forEach(type -> names.add(type.group(1)));
        }
      }
    }
    return names;
  }

  /** What the program can say: the text of its literals, joined where a source breaks them. */
  static String messages() throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
        text.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", "")).append('\n');
      }
    }
    return text.toString();
  }

  private static List<Path> roots() {
    return Stream.of("src/main/java", "src/test/java", "src/bench/java")
        .map(Path::of)
        .filter(Files::isDirectory)
        .toList();
  }
}
