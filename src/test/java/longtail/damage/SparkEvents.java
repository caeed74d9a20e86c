package longtail.damage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the event log of a Spark application says, also while it runs. */
final class SparkEvents {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;

  /** Of the one application that logs in {@code directory}. */
  SparkEvents(Path directory) {
    this.directory = directory;
  }

  /** Whether a job runs whose description begins so. */
  boolean running(String description) {
    Set<Integer> running = new HashSet<>();
    for (JsonNode event : read()) {
      switch (event.path("Event").asText()) {
        case "SparkListenerJobStart" -> {
          if (described(event, description)) {
            running.add(event.path("Job ID").asInt());
          }
        }
        case "SparkListenerJobEnd" -> running.remove(event.path("Job ID").asInt());
        default -> {}
      }
    }
    return !running.isEmpty();
  }

  /** How many tasks were lost with their executor, of jobs whose description begins so. */
  long lostTasks(String description) {
    Set<Integer> stages = new HashSet<>();
    long lost = 0;
    for (JsonNode event : read()) {
      if (described(event, description)) {
        event.path("Stage IDs").forEach(stage -> stages.add(stage.asInt()));
      }
      if (event.path("Task End Reason").path("Reason").asText().equals("ExecutorLostFailure")
          && stages.contains(event.path("Stage ID").asInt())) {
        lost++;
      }
    }
    return lost;
  }

  private static boolean described(JsonNode event, String description) {
    return event.path("Properties").path("spark.job.description").asText().startsWith(description);
  }

  /** A line that is still being written is left out. */
  private List<JsonNode> read() {
    return file()
        .map(
            file -> {
              try {
                String text = Files.readString(file, StandardCharsets.UTF_8);
                return Arrays.stream(text.substring(0, text.lastIndexOf('\n') + 1).split("\n"))
                    .filter(line -> line.contains("SparkListenerJob") || line.contains("TaskEnd"))
                    .map(SparkEvents::parse)
                    .toList();
              } catch (NoSuchFileException ended) {
                return List.<JsonNode>of();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .orElse(List.of());
  }

  private Optional<Path> file() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> !file.getFileName().toString().startsWith(".")).findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
