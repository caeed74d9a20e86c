package longtail.damage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import longtail.cli.Main;
import longtail.image.TestImages;
import longtail.image.codec.ImageCodec;
import longtail.spark.Console;
import longtail.spark.LocalSpark;
import longtail.spark.ToyDataset;
import org.apache.hadoop.conf.Configuration;

/** The commands that write, on small data, and what they give when nothing disturbs them. */
final class DrilledCommands {
  static final List<String> NAMES = List.of("train", "prepare", "evaluate", "predict");

  private static final String UNDISTURBED = "undisturbed";

  private static final String EXPERIMENT =
      ToyDataset.Meta.METASAUG
          .yaml()
          .replace("meta-every-rounds: 2", "meta-every-rounds: 6")
          .replace("every-steps: 4, keep: 3", "every-steps: 10");

  private final Path directory;

  private DrilledCommands(Path directory) {
    this.directory = directory;
  }

  /**
   * How a command ended in this process.
   *
   * @param code exit code
   * @param errors lines of its standard error
   */
  record Ended(int code, List<String> errors) {}

  /** With their data in {@code directory}; scoring the images takes its moment. */
  static DrilledCommands in(Path directory) throws IOException {
    // a process has one context at a time
    LocalSpark.release();
    DrilledCommands commands = new DrilledCommands(directory);
    Configuration conf = new Configuration();
    ToyDataset.publish(commands.path("train"), 48, 1, conf);
    ToyDataset.publishBalanced(commands.path("train-meta"), 1200, 2, conf);
    ToyDataset.publish(commands.path("validation"), 1200, 3, conf);
    Files.writeString(directory.resolve("drill.yaml"), EXPERIMENT);
    for (int image = 0; image < 320; image++) {
      Path file = directory.resolve("photos/" + image % 3 + "/" + image + ".png");
      Files.createDirectories(file.getParent());
      Files.write(file, ImageCodec.png(TestImages.noise(96, 80, image)));
    }
    return commands;
  }

  /** What the command {@code name} is given to write to {@code output}. */
  List<String> arguments(String name, String output) {
    String model = path(UNDISTURBED + "/train");
    String text =
        switch (name) {
          case "train" ->
              "--workers 2 --config %s --data %s --validation %s"
                  .formatted(path("drill.yaml"), path("train"), path("validation"));
          case "prepare" -> "--shards 8 --format folder --images " + path("photos");
          case "evaluate" ->
              "--workers 4 --name drill --model %s --data %s".formatted(model, path("validation"));
          case "predict" -> "--batch 16 --model %s --images %s".formatted(model, path("photos"));
          default -> throw new IllegalArgumentException(name);
        };
    List<String> arguments = new ArrayList<>(List.of(text.split(" ")));
    arguments.addAll(List.of("--output", output));
    return arguments;
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  /** Runs all of them once in this process; predicting and evaluating need the model. */
  void runUndisturbed() {
    for (String name : NAMES) {
      Ended ended = run(name, path(UNDISTURBED + "/" + name));
      assertThat(ended.code()).as(String.join("\n", ended.errors())).isZero();
    }
  }

  /** Runs the command {@code name} in this process with two tasks at a time. */
  Ended run(String name, String output, String... more) {
    List<String> all = new ArrayList<>(List.of(name));
    all.addAll(arguments(name, output));
    all.addAll(List.of(more));
    all.addAll(List.of("--master", "local[2]"));
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int code =
        Main.run(
            all.toArray(String[]::new),
            Console.silent(),
            new PrintStream(errors, true, StandardCharsets.UTF_8));
    return new Ended(code, errors.toString(StandardCharsets.UTF_8).lines().toList());
  }

  /**
   * Checks that {@code output} has what the command gives undisturbed, byte for byte: of a run its
   * checkpoints.
   */
  void requireSame(String name, Path output) {
    Path expected = directory.resolve(UNDISTURBED).resolve(name);
    switch (name) {
      case "train" ->
          requireSameFiles(output.resolve("checkpoints"), expected.resolve("checkpoints"));
      default -> requireSameFiles(output, expected);
    }
  }

  /** Checks that both directories have the same files, byte for byte. */
  static void requireSameFiles(Path actual, Path expected) {
    List<String> names = list(expected);
    assertThat(names).isNotEmpty();
    assertThat(list(actual)).containsExactlyElementsOf(names);
    for (String name : names) {
      if (Files.isDirectory(expected.resolve(name))) {
        requireSameFiles(actual.resolve(name), expected.resolve(name));
      } else {
        assertThat(actual.resolve(name)).hasSameBinaryContentAs(expected.resolve(name));
      }
    }
  }

  /**
   * What lies in {@code directory}, without the checksums of Hadoop's local file system and without
   * the summary of a prediction, which has its path and its seconds.
   */
  static List<String> list(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".crc") && !name.equals("predictions.json"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
