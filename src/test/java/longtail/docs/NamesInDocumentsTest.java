package longtail.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import longtail.ErrorCode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Classes, error codes and messages that the documents name are those of the code. */
class NamesInDocumentsTest {
  /** Names of other projects' classes. */
  private static final Set<String> FOREIGN =
      Set.of(
          "ComputationGraph",
          "CrossValidator",
          "IllegalArgumentException",
          "IndexToString",
          "ModelSerializer",
          "SparkComputationGraph",
          "StringIndexer",
          "TrainingMaster");

  /** A class by its simple name: a capital, and a second one after a small letter. */
  private static final String CLASS = "[A-Z][a-z0-9]+([A-Z][A-Za-z0-9]*)+";

  @TestFactory
  Stream<DynamicTest> everyClassNamedExists() throws IOException {
    Set<String> known = Sources.names();
    return Document.all().stream()
        .map(
            document ->
                DynamicTest.dynamicTest(
                    document.path().toString(),
                    () ->
                        assertThat(
                                document.spans().stream()
                                    .map(span -> span.replaceAll("[.(].*", ""))
                                    .filter(span -> span.matches(CLASS))
                                    .filter(name -> !FOREIGN.contains(name))
                                    .filter(name -> !shown(document, name)))
                            .isSubsetOf(known)));
  }

  /** Whether a page itself shows the source of a class. */
  private static boolean shown(Document document, String name) {
    return document.blocks().stream().anyMatch(block -> block.text().contains(" " + name + "("));
  }

  @Test
  void theRoomsOfTheArchitectureAreThePackages() throws IOException {
    Path root = Path.of("src/main/java/longtail");
    try (Stream<Path> rooms = Files.list(root)) {
      assertThat(
              Document.page("architecture.md")
                  .text()
                  .lines()
                  .filter(line -> line.startsWith("| `longtail."))
                  .map(line -> line.split("`", -1)[1]))
          .containsExactlyInAnyOrderElementsOf(
              rooms
                  .filter(Files::isDirectory)
                  .map(room -> "longtail." + room.getFileName())
                  .toList());
    }
  }

  /** On the page that tells where things are, single words are classes too. */
  @Test
  void everyPlaceOfTheArchitectureExists() throws IOException {
    List<String> rows =
        Document.page("architecture.md")
            .text()
            .lines()
            .dropWhile(line -> !line.equals("## Where is"))
            .filter(line -> line.startsWith("| ") && !line.startsWith("| question"))
            .toList();
    assertThat(rows).hasSizeGreaterThan(8);
    Set<String> known = Sources.names();
    for (String row : rows) {
      List<String> names =
          new Document(Path.of(""), row)
              .spans().stream().filter(span -> span.matches("[A-Z]\\w*[a-z]\\w*")).toList();
      assertThat(names).as(row).isNotEmpty().isSubsetOf(known);
    }
  }

  @Test
  void everyErrorCodeIsExplained() {
    String page = Document.page("troubleshooting.md").text();
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(page)
          .containsPattern(
              "(?m)^\\| %d \\| [^\n]*`%s`[^\n]* \\| .+ \\|$".formatted(code.exitCode(), code));
    }
  }

  /** Between quotes in the first column; dots stand for what differs. */
  @Test
  void everyMessageIsOneThatTheProgramSays() throws IOException {
    String said = Sources.messages();
    List<String> messages =
        Document.page("troubleshooting.md")
            .text()
            .lines()
            .filter(line -> line.startsWith("| \""))
            .map(line -> line.substring(3, line.indexOf("\" |")))
            .toList();
    assertThat(messages).hasSizeGreaterThan(10);
    for (String message : messages) {
      for (String part : message.split("\\s*\\.\\.\\.\\s*", -1)) {
        assertThat(said.contains(part)).as("'%s' of the message '%s'", part, message).isTrue();
      }
    }
  }
}
