package longtail.loss;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new loss takes one file and one line: those that the README shows, taken from there. */
class NewLossTest {
  private static final String SECTION = "### A loss of your own\n";
  private static final Path FAMILY = Path.of("src/main/java/longtail/loss/Loss.java");
  @TempDir Path sources;
  @TempDir Path classes;

  @Test
  void theLossOfTheReadmeIsBoundCheckedAndTrained() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    String rest = readme.substring(readme.indexOf(SECTION) + SECTION.length());
    String section = rest.substring(0, rest.indexOf("\n## "));
    compile(
        write("GeneralizedCrossEntropy.java", block("java", section)),
        write("Loss.java", changed(Files.readString(FAMILY), block("diff", section))));
    try (Patched loader = new Patched(classes, getClass().getClassLoader())) {
      loader
          .loadClass(NewLossRun.class.getName())
          .getMethod("run", String.class)
          .invoke(null, block("yaml", section));
    }
  }

  /** The text of the fenced block of {@code language}. */
  private static String block(String language, String section) {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(section);
    assertThat(block.find()).as("a block of %s in the README", language).isTrue();
    return block.group(1);
  }

  /** {@code source} with the one line changed, of which {@code diff} shows the beginning. */
  private static String changed(String source, String diff) {
    List<String> lines =
        diff.lines().map(line -> line.replaceAll("^[-+]| \\.\\.\\.$", "")).toList();
    assertThat(lines).hasSize(2);
    assertThat(source).containsOnlyOnce(lines.get(0));
    return source.replace(lines.get(0), lines.get(1));
  }

  private Path write(String name, String source) throws IOException {
    return Files.writeString(sources.resolve(name), source);
  }

  private void compile(Path... files) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
      boolean compiled =
          compiler
              .getTask(messages, manager, null, options, null, manager.getJavaFileObjects(files))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
  }

  /** Loads the classes of this project anew, those of {@code first} before the others. */
  private static final class Patched extends URLClassLoader {
    Patched(Path first, ClassLoader parent) throws IOException {
      super(urls(first), parent);
    }

    private static URL[] urls(Path first) throws IOException {
      String path = first + File.pathSeparator + System.getProperty("java.class.path");
      List<Path> directories =
          Stream.of(path.split(File.pathSeparator))
              .map(Path::of)
              .filter(Files::isDirectory)
              .toList();
      URL[] urls = new URL[directories.size()];
      for (int i = 0; i < urls.length; i++) {
        urls[i] = directories.get(i).toUri().toURL();
      }
      return urls;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("longtail.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }
  }
}
