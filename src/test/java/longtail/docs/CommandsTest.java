package longtail.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import longtail.cli.Main;
import longtail.train.experiment.Experiment;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The commands of the documents exist, with the options and files that they are given. */
class CommandsTest {
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");
  private static final Map<String, Set<String>> OPTIONS = new ConcurrentHashMap<>();

  @TestFactory
  Stream<DynamicTest> everyCommandExists() throws IOException {
    return Document.all().stream()
        .flatMap(
            document ->
                commands(document)
                    .map(
                        command ->
                            DynamicTest.dynamicTest(
                                document.path() + ": " + command, () -> check(command))));
  }

  /** Those of shell blocks, and those between backticks that begin as ours do. */
  private static Stream<ShellCommand> commands(Document document) {
    Stream<ShellCommand> blocks =
        document.blocks().stream()
            .filter(block -> block.language().equals("bash"))
            .flatMap(block -> ShellCommand.all(block.text()));
    Stream<ShellCommand> spans =
        document.spans().stream()
            .filter(span -> span.matches("(jobs/\\w+|\\./mvnw|cluster/[\\w-]+|src/bench/.*) .*"))
            .map(ShellCommand::of);
    Stream<ShellCommand> rows =
        document.spans().stream()
            .filter(span -> span.startsWith("--rows "))
            .map(span -> ShellCommand.of("src/bench/compare/run " + span));
    return Stream.of(blocks, spans, rows).flatMap(commands -> commands);
  }

  private static void check(ShellCommand command) throws IOException {
    String program = command.program();
    if (program.startsWith("jobs/")) {
      job(command);
    } else if (program.equals("./mvnw")) {
      maven(command);
    } else if (program.startsWith("cluster/") || program.startsWith("src/bench/")) {
      script(command);
    }
    files(command);
  }

  private static void job(ShellCommand command) {
    assertThat(Path.of(command.program())).isExecutable();
    Set<String> known = options(Path.of(command.program()).getFileName().toString());
    assertThat(
            command.arguments().stream()
                .filter(word -> word.startsWith("--"))
                .map(word -> word.replaceAll("=.*", "")))
        .as(command.toString())
        .isSubsetOf(known);
    for (String file : command.values("--config")) {
      if (file.startsWith("conf/") && !file.contains("<")) {
        List<String> variant = command.values("--variant");
        Experiment.load(
            variant.isEmpty() ? file : Experiment.variant(file, variant.get(0)),
            command.values("--set"),
            new Configuration());
      }
    }
  }

  /** The options that {@code --help} of a command names. */
  private static Set<String> options(String command) {
    return OPTIONS.computeIfAbsent(
        command,
        name -> {
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
          assertThat(Main.run(new String[] {name, "--help"}, printed, printed)).isZero();
          return OPTION
              .matcher(out.toString(StandardCharsets.UTF_8))
              .results()
              .map(option -> option.group())
              .collect(Collectors.toCollection(LinkedHashSet::new));
        });
  }

  /** Profiles are those of the pom, and tests that are named are there. */
  private static void maven(ShellCommand command) throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    for (String word : command.arguments()) {
      if (word.startsWith("-P")) {
        for (String profile : word.substring(2).split(",", -1)) {
          assertThat(pom).as(command.toString()).contains("<id>" + profile + "</id>");
        }
      }
      if (word.startsWith("-Dtest=") && !word.contains("*")) {
        assertThat(Sources.names()).contains(word.substring("-Dtest=".length()).split(",", -1));
      }
    }
  }

  /** A script says the options and actions that it is given in its own text. */
  private static void script(ShellCommand command) throws IOException {
    Path program = Path.of(command.program());
    assertThat(program).isExecutable();
    String text = Files.readString(program);
    if (program.endsWith("compare/run")) {
      text = Files.readString(program.resolveSibling("compare.py"));
      for (String rows : command.values("--rows")) {
        assertThat(text).as(command.toString()).contains("\"" + rows + "\"");
      }
    }
    List<String> words = command.words();
    int own = words.contains("exec") ? words.indexOf("exec") : words.size();
    for (String word : words.subList(1, own)) {
      if (word.startsWith("--")) {
        assertThat(text).as(command.toString()).contains(word);
      }
    }
    if (own < words.size()) {
      check(new ShellCommand(words.subList(own + 1, words.size())));
    }
  }

  /** Files of the project that a command is given are there. */
  private static void files(ShellCommand command) throws IOException {
    for (String word : command.words()) {
      if (word.matches("(conf|data-manifests|cluster|jobs|src)/[^<>]*")) {
        assertThat(matches(word)).as(command.toString()).isNotEmpty();
      }
    }
  }

  private static Set<Path> matches(String pattern) throws IOException {
    Set<Path> found = new TreeSet<>();
    Path folder = Path.of(pattern).getParent();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(FileSystems.getDefault().getPathMatcher("glob:" + pattern)::matches)
          .forEach(found::add);
    }
    return found;
  }

  /** Experiments that documents show whole are read without complaint. */
  @Test
  void everyExperimentShownIsValid() throws IOException {
    Pattern whole = Pattern.compile("(?ms)^name: .*?^stages:.*?(?=^YAML$|\\z)");
    int shown = 0;
    for (Document document : Document.all()) {
      for (Document.Block block : document.blocks()) {
        for (var experiment : whole.matcher(block.text()).results().toList()) {
          Experiment.parse(experiment.group(), document.path().toString(), List.of());
          shown++;
        }
      }
    }
    assertThat(shown).isPositive();
  }

  /** What the README calls the test command is what the server runs. */
  @Test
  void theTestCommandOfTheReadmeIsTheOneThatIsRun() throws IOException {
    String command = "./mvnw -B -ntp verify";
    assertThat(Files.readString(Path.of("README.md"))).contains("\n" + command);
    assertThat(Files.readString(Path.of(".ci/run"))).contains("exec " + command);
  }
}
