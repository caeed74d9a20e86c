package longtail.docs;

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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import longtail.loss.NewLossRun;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A new member of a family takes one file and a line where it is listed: those of the page. */
class ExtendingTest {
  @TempDir Path sources;
  @TempDir Path classes;

  @ParameterizedTest
  @CsvSource({
    "A loss of your own, Loss, loss",
    "A sampler of your own, Sampler, sampler",
    "A backbone of your own, Backbone, backbone",
    "A method of your own, Stage, method"
  })
  void theMemberShownIsCompiledAndUsed(String section, String family, String use) throws Exception {
    Document page = Document.page("extending.md");
    String member = page.block(section, "java");
    Path familySource = source(family);
    compile(
        write(name(member) + ".java", member),
        write(
            familySource.getFileName().toString(),
            changed(Files.readString(familySource), page.block(section, "diff"))));
    try (Patched loader = new Patched(classes, getClass().getClassLoader())) {
      Class<?> run =
          loader.loadClass((use.equals("loss") ? NewLossRun.class : NewMemberRun.class).getName());
      run.getMethod(use.equals("loss") ? "run" : use, String.class)
          .invoke(null, page.block(section, "yaml"));
    }
  }

  private static String name(String source) {
    Matcher type = Pattern.compile("public record (\\w+)").matcher(source);
    assertThat(type.find()).isTrue();
    return type.group(1);
  }

  private static Path source(String type) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      return files.filter(file -> file.endsWith(type + ".java")).findFirst().orElseThrow();
    }
  }

  /** {@code source} with the lines changed, of which {@code diff} shows the beginnings. */
  private static String changed(String source, String diff) {
    String changed = source;
    for (String lines : Pattern.compile("(?m)^ \\.\\.\\.\n").splitAsStream(diff).toList()) {
      String before = lines(lines, "-");
      assertThat(changed).containsOnlyOnce(before);
      changed = changed.replace(before, lines(lines, "+"));
    }
    return changed;
  }

  private static String lines(String diff, String mark) {
    return diff.lines()
        .filter(line -> line.startsWith(mark))
        .map(line -> line.substring(1).replaceAll(" \\.\\.\\.$", ""))
        .collect(Collectors.joining("\n"));
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
