package longtail.train.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/** What lies in {@code conf}. */
public final class Recipes {
  private Recipes() {}

  /** Files of experiments, in the order of their names. */
  public static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("conf"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  /** The files, and as what their variants are read. */
  public static List<String> all() throws IOException {
    return files().stream()
        .map(Path::toString)
        .flatMap(
            file ->
                Stream.concat(
                    Stream.of(file), Experiment.variants(file, new Configuration()).stream()))
        .sorted()
        .toList();
  }
}
