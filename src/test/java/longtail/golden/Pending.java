package longtail.golden;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The cases of capabilities that are not built yet, one line each in {@code pending.txt}: a name or
 * {@code prefix*}, optionally qualified as {@code seed/name}, and the reason.
 */
public final class Pending {
  private static final String FILE = "/golden/pending.txt";

  private final List<Line> lines;

  private Pending(List<Line> lines) {
    this.lines = List.copyOf(lines);
  }

  /** One entry of the file. */
  public record Line(int number, String pattern, String reason) {

    /** Whether the entry names {@code golden}. */
    boolean names(GoldenCase golden) {
      return Wildcard.matches(pattern, pattern.contains("/") ? golden.toString() : golden.name());
    }

    @Override
    public String toString() {
      return "pending.txt:" + number + ": " + pattern;
    }
  }

  /** Reads the file; a line without a reason is an error, {@code #} begins a comment line. */
  public static Pending load() throws IOException {
    try (var stream = Pending.class.getResourceAsStream(FILE)) {
      return parse(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  public static Pending parse(String text) {
    List<Line> lines = new ArrayList<>();
    int number = 0;
    for (String raw : text.split("\n", -1)) {
      number++;
      String line = raw.strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.split("\\s+", 2);
      if (parts.length < 2) {
        throw new IllegalArgumentException(
            "pending.txt:%d: no reason after %s".formatted(number, line));
      }
      lines.add(new Line(number, parts[0], parts[1]));
    }
    return new Pending(lines);
  }

  /** The entry that names {@code golden}, if there is one. */
  public Optional<Line> find(GoldenCase golden) {
    return lines.stream().filter(line -> line.names(golden)).findFirst();
  }

  public List<Line> lines() {
    return lines;
  }
}
