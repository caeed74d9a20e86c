package longtail.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import longtail.ErrorCode;
import longtail.LongTailException;
import longtail.storage.LogFile;
import longtail.storage.StorageFailure;
import org.apache.hadoop.conf.Configuration;

/**
 * The record of a run as JSON lines, usually {@code metrics.jsonl}: one object per event, added as
 * it happens, on any Hadoop file system. Stores that cannot append get numbered parts while the run
 * goes on, see {@link LogFile}.
 */
public final class MetricsLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LogFile file;

  private MetricsLog(LogFile file) {
    this.file = file;
  }

  /** The log at {@code path}; it need not exist yet. */
  public static MetricsLog open(String path, Configuration conf) {
    try {
      return new MetricsLog(LogFile.of(path, conf));
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "opening %s: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * Appends one event.
   *
   * @param event names and values; numbers, texts, booleans, lists and maps. Numbers that JSON
   *     cannot hold (NaN, infinite) are written as text.
   */
  public void append(Map<String, ?> event) {
    try {
      file.append(JSON.writeValueAsString(event));
    } catch (IOException e) {
      throw StorageFailure.of("appending an event to", file, e);
    }
  }

  /** Writes the events that are still in memory, where the store cannot append. */
  public void flush() {
    try {
      file.flush();
    } catch (IOException e) {
      throw StorageFailure.of("appending events to", file, e);
    }
  }

  /** Makes one file of the parts, where the store cannot append. */
  public void join() {
    try {
      file.join();
    } catch (IOException e) {
      throw StorageFailure.of("joining the parts of", file, e);
    }
  }

  /** All events in order; none if the file does not exist. */
  public List<Map<String, Object>> read() {
    List<Map<String, Object>> events = new ArrayList<>();
    List<String> lines = lines();
    for (int i = 0; i < lines.size(); i++) {
      try {
        if (!lines.get(i).isBlank()) {
          events.add(JSON.readValue(lines.get(i), new TypeReference<Map<String, Object>>() {}));
        }
      } catch (JsonProcessingException e) {
        boolean cutOff = i == lines.size() - 1; // the writer was stopped within the line
        if (!cutOff) {
          throw new LongTailException(
              ErrorCode.DATA, "reading %s: line %d is not a JSON object".formatted(file, i + 1), e);
        }
      }
    }
    return events;
  }

  private List<String> lines() {
    try {
      return file.lines();
    } catch (IOException e) {
      throw new LongTailException(
          ErrorCode.DATA, "reading %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * Keeps the events that {@code keep} accepts, such as those before the point of a resumption. The
   * log is replaced as a whole, so the events are there whenever this is interrupted.
   */
  public void retain(Predicate<Map<String, Object>> keep) {
    List<Map<String, Object>> events = read();
    List<String> kept = new ArrayList<>();
    try {
      for (Map<String, Object> event : events) {
        if (keep.test(event)) {
          kept.add(JSON.writeValueAsString(event));
        }
      }
      boolean cutOff = lines().stream().filter(line -> !line.isBlank()).count() != events.size();
      if (kept.size() != events.size() || cutOff) {
        file.replace(kept);
      }
    } catch (IOException e) {
      throw StorageFailure.of("rewriting the events of", file, e);
    }
  }
}
