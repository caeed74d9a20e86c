package longtail.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import longtail.ErrorCode;
import longtail.LongTailException;
import org.apache.hadoop.conf.Configuration;

/**
 * The record of a run as JSON lines, usually {@code metrics.jsonl}: one object per event, appended
 * as it happens, on any Hadoop file system.
 */
public final class MetricsLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OutputFile file;

  private MetricsLog(OutputFile file) {
    this.file = file;
  }

  /** The log at {@code path}; it need not exist yet. */
  public static MetricsLog open(String path, Configuration conf) {
    return new MetricsLog(OutputFile.of(path, conf));
  }

  /**
   * Appends one event.
   *
   * @param event names and values; numbers, texts, booleans, lists and maps. Numbers that JSON
   *     cannot hold (NaN, infinite) are written as text.
   */
  public void append(Map<String, ?> event) {
    try {
      String line = JSON.writeValueAsString(event) + "\n";
      file.append(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw file.failure("appending an event", e);
    }
  }

  /** All events in order; none if the file does not exist. */
  public List<Map<String, Object>> read() {
    if (!file.exists()) {
      return List.of();
    }
    List<Map<String, Object>> events = new ArrayList<>();
    String[] lines = new String(file.read(), StandardCharsets.UTF_8).split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      try {
        if (!lines[i].isBlank()) {
          events.add(JSON.readValue(lines[i], new TypeReference<Map<String, Object>>() {}));
        }
      } catch (JsonProcessingException e) {
        boolean cutOff = i == lines.length - 1; // the writer was stopped within the line
        if (!cutOff) {
          throw new LongTailException(
              ErrorCode.DATA, "reading %s: line %d is not a JSON object".formatted(file, i + 1), e);
        }
      }
    }
    return events;
  }

  /** Keeps the events that {@code keep} accepts, such as those before the point of a resumption. */
  public void retain(Predicate<Map<String, Object>> keep) {
    if (!file.exists()) {
      return;
    }
    StringBuilder kept = new StringBuilder();
    try {
      for (Map<String, Object> event : read()) {
        if (keep.test(event)) {
          kept.append(JSON.writeValueAsString(event)).append('\n');
        }
      }
      file.write(kept.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw file.failure("rewriting the events", e);
    }
  }
}
