package longtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import longtail.image.RgbImage;
import longtail.image.codec.ImageCodec;
import longtail.spark.LocalSpark;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process prints on its standard error when the user has made a mistake. */
@Tag("spark")
class OneLineErrorsTest {
  @BeforeAll
  static void release() {
    LocalSpark.release();
  }

  private static final String EXPERIMENT =
      """
      name: tiny
      data: {transforms: []}
      model: {backbone: {type: cifar-resnet, depth: 8, width: 4}, head: linear}
      stages: [{name: only, epochs: 1, batch-size: 4, optimizer: {type: sgd, lr: 0.05}}]
      """;

  @TempDir Path directory;

  /** How a command ended. */
  private record Ended(int code, String out, List<String> errors) {}

  @BeforeEach
  void drawImages() throws IOException {
    images("photos", 8);
    Files.writeString(directory.resolve("tiny.yaml"), EXPERIMENT);
  }

  @Test
  void whatATaskFindsIsSaidInOneLineAndTracedOnlyIfThatIsAsked()
      throws IOException, InterruptedException {
    succeed("prepare", "--format", "folder", "--images", path("photos"), "--output", path("data"));
    succeed(
        "train", "--config", path("tiny.yaml"), "--data", path("data"), "--output", path("run"));
    try (Stream<Path> files = Files.list(directory.resolve("data"))) {
      for (Path shard : files.filter(file -> file.toString().endsWith(".tar")).toList()) {
        Files.write(shard, new byte[(int) Files.size(shard)]);
      }
    }
    String[] evaluate = {
      "evaluate", "--model", path("run"), "--data", path("data"), "--output", path("evaluation")
    };

    Ended plain = run(Map.of(), evaluate);
    assertThat(plain.code()).isEqualTo(3);
    assertThat(plain.errors())
        .singleElement()
        .asString()
        .startsWith("error: The shard ")
        .contains("SHA-256");
    Ended verbose =
        run(Map.of(), Stream.concat(Stream.of(evaluate), Stream.of("-v")).toArray(String[]::new));
    assertThat(verbose.code()).isEqualTo(3);
    assertThat(verbose.errors())
        .anyMatch(line -> line.startsWith("error: "))
        .anyMatch(line -> line.startsWith("\tat longtail."));
  }

  @Test
  void aProcessWhoseLocaleCannotSayFileNamesSaysSo() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(directory.resolve("photos/bär"));
    Files.write(folder.resolve("1.png"), png(4));
    Files.createDirectories(directory.resolve("photos/ant"));
    Files.write(directory.resolve("photos/ant/ü.png"), png(4));
    Files.writeString(directory.resolve("list.txt"), "ant/ü.png 0\n");
    Map<String, String> posix = Map.of("LC_ALL", "POSIX");

    Ended folders =
        run(
            posix,
            "prepare",
            "--format",
            "folder",
            "--images",
            path("photos"),
            "--output",
            path("o1"));
    Ended list =
        run(
            posix,
            "prepare",
            "--format",
            "list",
            "--annotations",
            path("list.txt"),
            "--images",
            path("photos/ant"),
            "--output",
            path("o2"));

    for (Ended ended : new Ended[] {folders, list}) {
      assertThat(ended.code()).isEqualTo(3);
      assertThat(ended.errors()).singleElement().asString().contains("character set", "LC_ALL");
    }
  }

  private void succeed(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--master", "local[1]"));
    CommandLineFixture run = CommandLineFixture.run(all.toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
  }

  private Ended run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@cluster/java-opens",
                "-Dlog4j2.configurationFile=cluster/log4j2.properties",
                "-Dorg.bytedeco.javacpp.logger=slf4j",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--master", "local[1]"));
    Path out = directory.resolve("out.txt");
    Path errors = directory.resolve("errors.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    int code = builder.start().waitFor();
    try (Stream<String> lines = Files.lines(errors, StandardCharsets.UTF_8)) {
      // the class path of the tests has two bindings
      return new Ended(
          code,
          Files.readString(out, StandardCharsets.UTF_8),
          lines.filter(line -> !line.startsWith("SLF4J")).toList());
    }
  }

  private void images(String name, int size) throws IOException {
    for (String image : new String[] {"ant/1", "ant/2", "bee/1", "bee/2"}) {
      Path file = directory.resolve(name).resolve(image + ".png");
      Files.createDirectories(file.getParent());
      Files.write(file, png(size));
    }
  }

  private static byte[] png(int size) throws IOException {
    return ImageCodec.png(new RgbImage(size, size, new byte[size * size * 3]));
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }
}
