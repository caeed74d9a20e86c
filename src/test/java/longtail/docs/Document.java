package longtail.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Markdown file of the project.
 *
 * @param path relative to the project
 * @param text all of it
 */
record Document(Path path, String text) {
  static final Path PAGES = Path.of("src/site/markdown");
  private static final Pattern FENCE =
      Pattern.compile("(?ms)^```([a-z]*)\\n(.*?)^```$|^~~~\\n(.*?)^~~~$");
  private static final Pattern SPAN = Pattern.compile("`([^`\n]+)`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+)$");
  private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\">");

  /** A fenced block. */
  record Block(String language, String text) {}

  /** Reads {@code path}. */
  static Document read(Path path) {
    try {
      return new Document(path, Files.readString(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A page of the site, such as {@code data.md}. */
  static Document page(String name) {
    return read(PAGES.resolve(name));
  }

  /** Every document, of the project's own folder, of those of the top level and of the site. */
  static List<Document> all() throws IOException {
    List<Document> documents = new ArrayList<>();
    for (Path folder :
        Stream.concat(folders(), Stream.of(Path.of(""), PAGES)).sorted().distinct().toList()) {
      try (Stream<Path> files = Files.list(folder)) {
        files
            .filter(file -> file.toString().endsWith(".md"))
            .sorted()
            .map(Document::read)
            .forEach(documents::add);
      }
    }
    return documents;
  }

  /** The folders of the top level that belong to the project. */
  private static Stream<Path> folders() {
    return Stream.of("cluster", "conf", "data-manifests", "jobs", "src").map(Path::of);
  }

  boolean isPage() {
    return path.startsWith(PAGES);
  }

  List<Block> blocks() {
    return FENCE
        .matcher(text)
        .results()
        .filter(fence -> fence.group(2) != null)
        .map(fence -> new Block(fence.group(1), fence.group(2)))
        .toList();
  }

  /** The first block of {@code language} below the heading {@code section}. */
  String block(String section, String language) {
    int start = text.indexOf("# " + section + "\n");
    String rest = start < 0 ? "" : text.substring(start);
    return new Document(path, rest)
        .blocks().stream()
            .filter(block -> block.language().equals(language))
            .findFirst()
            .orElseThrow(
                () ->
                    new AssertionError(
                        "no block of %s below '%s' in %s".formatted(language, section, path)))
            .text();
  }

  /** What stands between backticks within a line. */
  List<String> spans() {
    return SPAN.matcher(prose()).results().map(span -> span.group(1)).toList();
  }

  /** Targets of links and pictures. */
  List<String> links() {
    return LINK.matcher(SPAN.matcher(prose()).replaceAll(""))
        .results()
        .map(link -> link.group(1))
        .toList();
  }

  /**
   * What a link may name behind {@code #}: explicit anchors, and headings by the rule of code
   * hosts. Maven's site has another rule; in pages only headings count that are the same by both.
   */
  Set<String> anchors() {
    Set<String> anchors =
        HEADING
            .matcher(prose())
            .results()
            .map(heading -> heading.group(1))
            .filter(heading -> !isPage() || heading.matches("[a-z-]+"))
            .map(Document::slug)
            .collect(Collectors.toCollection(TreeSet::new));
    ANCHOR.matcher(text).results().map(anchor -> anchor.group(1)).forEach(anchors::add);
    return anchors;
  }

  private static String slug(String heading) {
    return heading
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .strip()
        .replace(' ', '-');
  }

  /** The text without blocks. */
  private String prose() {
    return FENCE.matcher(text).replaceAll("");
  }
}
