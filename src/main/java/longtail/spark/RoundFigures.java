package longtail.spark;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import longtail.report.ConsoleTable;
import longtail.train.StatisticsBenchmark;

/**
 * What rounds of one setting took.
 *
 * @param setting name of the setting
 * @param master of Spark
 * @param workers of the run
 * @param classes of the set
 * @param size height and width of the images in pixels; it changes the time of steps and scoring,
 *     no message
 * @param batch images of one step, over all workers
 * @param steps of a round
 * @param metaImages that the merged model is scored on
 * @param parameters numbers of the network
 * @param methodBytes the method's state after the last round
 * @param rounds the measured rounds
 * @param statistics what class statistics of this size take by themselves
 * @param peakMegabytes the most physical memory that the driver's process ever held, of 2^20 bytes
 * @param versions of what took part
 */
public record RoundFigures(
    String setting,
    String master,
    int workers,
    int classes,
    int size,
    int batch,
    int steps,
    int metaImages,
    long parameters,
    long methodBytes,
    List<Map<Phase, Cost>> rounds,
    StatisticsBenchmark.Figures statistics,
    long peakMegabytes,
    Map<String, String> versions) {
  /** What a round does, in this order. */
  public enum Phase {
    /** The driver serialises the state into blocks, from which executors fetch it. */
    @JsonProperty("broadcast")
    BROADCAST,
    /** The slowest worker: sets its network to the state, takes its steps, makes its result. */
    @JsonProperty("steps")
    STEPS,
    /** Results are cut into slices and written for the reducers. */
    @JsonProperty("results")
    RESULTS,
    /** Reducers read their slices and take the means, the driver collects these. */
    @JsonProperty("merge")
    MERGE,
    /** The driver merges the method's state and puts the new state together. */
    @JsonProperty("commit")
    COMMIT,
    /** The merged model is scored on the meta set: its parameters there, predictions back. */
    @JsonProperty("meta_validation")
    META_VALIDATION
  }

  /**
   * Of one phase of one round.
   *
   * @param milliseconds by the clock
   * @param bytes sent, as serialised and compressed
   */
  public record Cost(double milliseconds, long bytes) {}

  /** All of it as one line of JSON with names in snake case. */
  public String json() {
    ObjectMapper mapper =
        new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    try {
      return mapper.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A table with a row per phase and two columns per round, under a line that says of what. */
  public String table() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(new ArrayList<>(List.of("phase")));
    for (int round = 1; round <= rounds.size(); round++) {
      rows.get(0).addAll(List.of("round %d: ms".formatted(round), "bytes"));
    }
    for (Phase phase : Phase.values()) {
      rows.add(row(phase.name().toLowerCase(Locale.ROOT).replace('_', ' '), phase));
    }
    return "%s: %d workers of %s, %d steps of %d images of %d x %d pixels, %d meta images%n%s"
        .formatted(
            setting,
            workers,
            master,
            steps,
            batch,
            size,
            size,
            metaImages,
            ConsoleTable.render(rows))
        .concat(statisticsLine());
  }

  private List<String> row(String name, Phase phase) {
    List<String> row = new ArrayList<>(List.of(name));
    for (Map<Phase, Cost> round : rounds) {
      Cost cost = round.get(phase);
      row.add(String.format(Locale.ROOT, "%,.0f", cost.milliseconds()));
      row.add(String.format(Locale.ROOT, "%,d", cost.bytes()));
    }
    return row;
  }

  private String statisticsLine() {
    return String.format(
        Locale.ROOT,
        "class statistics: %,d bytes in memory, %,d as a message; update with %d images %.1f ms,"
            + " merge of all classes %.0f ms, to bytes %.0f ms, from bytes %.0f ms%npeak memory %,d"
            + " MB%n",
        statistics.heapBytes(),
        statistics.messageBytes(),
        statistics.batch(),
        statistics.updateMilliseconds(),
        statistics.mergeMilliseconds(),
        statistics.toBytesMilliseconds(),
        statistics.fromBytesMilliseconds(),
        peakMegabytes);
  }

  /** The costs of a round by phase. */
  static Map<Phase, Cost> round() {
    return new TreeMap<>();
  }
}
