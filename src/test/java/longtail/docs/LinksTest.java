package longtail.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Links between documents lead somewhere, and every page is found. */
class LinksTest {
  private static final Path RESOURCES = Path.of("src/site/resources");
  private static final int README_BYTES = 7168;

  @TestFactory
  Stream<DynamicTest> everyLinkLeadsToAFileAndAnAnchor() throws IOException {
    return Document.all().stream()
        .map(
            document ->
                DynamicTest.dynamicTest(
                    document.path().toString(),
                    () -> document.links().forEach(link -> follow(document, link))));
  }

  private static void follow(Document document, String link) {
    if (link.matches("https?://.*")) {
      return;
    }
    String[] fileAndAnchor = link.split("#", 2);
    Path target = target(document, fileAndAnchor[0]);
    assertThat(target).as("%s links to %s", document.path(), link).exists();
    if (document.isPage() && target.toString().endsWith(".md")) {
      assertThat(target.getParent())
          .as("the site has no other files: %s", link)
          .isEqualTo(Document.PAGES);
    }
    if (fileAndAnchor.length == 2) {
      assertThat(Document.read(target).anchors())
          .as("anchors for the link %s of %s", link, document.path())
          .contains(fileAndAnchor[1]);
    }
  }

  /** In Maven's site the resources lie beside the pages. */
  private static Path target(Document document, String file) {
    if (file.isEmpty()) {
      return document.path();
    }
    if (document.isPage() && Files.exists(RESOURCES.resolve(file))) {
      return RESOURCES.resolve(file);
    }
    return document.path().resolveSibling(file).normalize();
  }

  @Test
  void theMenuOfTheSiteHasEveryPage() throws IOException {
    String menu = Files.readString(Path.of("src/site/site.xml"));
    Set<String> items =
        Pattern.compile("<item [^>]*href=\"([^\"]+)\\.html\"")
            .matcher(menu)
            .results()
            .map(item -> item.group(1) + ".md")
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(items).isEqualTo(pages());
  }

  @Test
  void theFirstPageOfTheSiteLinksToAllOthers() throws IOException {
    assertThat(Document.page("index.md").links())
        .containsAll(pages().stream().filter(page -> !page.equals("index.md")).toList());
  }

  private static Set<String> pages() throws IOException {
    return Document.all().stream()
        .filter(Document::isPage)
        .map(page -> page.path().getFileName().toString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void theReadmeIsShort() throws IOException {
    assertThat(Files.size(Path.of("README.md"))).isLessThanOrEqualTo(README_BYTES);
  }

  @Test
  void everyFolderSaysWhatLiesInIt() throws IOException {
    for (String folder : List.of("jobs", "conf", "data-manifests", "cluster", "src")) {
      String readme = Files.readString(Path.of(folder, "README.md"));
      try (Stream<Path> files = Files.list(Path.of(folder))) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .filteredOn(name -> !name.equals("README.md"))
            .allSatisfy(name -> assertThat(readme).as("%s/README.md", folder).contains("`" + name));
      }
    }
  }
}
