package longtail.spark;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import longtail.train.Counters;
import longtail.train.Round;
import longtail.train.Stage;

/**
 * What there is to say about a finished round.
 *
 * @param stage the round's stage
 * @param round its steps
 * @param learningRate of its first step
 * @param iteration steps done, this round's included
 * @param result what the workers brought back
 * @param state what the stage's method says about its merged state, by name
 * @param left steps left to do
 * @param rate steps per second of the run so far
 */
record RoundReport(
    Stage stage,
    Round round,
    double learningRate,
    long iteration,
    RoundResult result,
    Map<String, Double> state,
    long left,
    double rate) {
  private static final double MILLIS = 1e6;

  /** One line for the console. */
  String line() {
    Counters counters = result.merged().counters();
    return String.format(
        Locale.ROOT,
        "%s epoch %d/%d step %d  %.0f images/s  loss %.4f  accuracy %.3f%s  lr %.4g  broadcast %.0f ms  compute %.0f ms (waiting %.0f)  merge %.0f ms  ETA %s",
        stage.name(),
        round.from().epoch() + 1,
        stage.epochs(),
        iteration,
        imagesPerSecond(),
        counters.loss(),
        counters.accuracy(),
        figures(),
        learningRate(),
        result.broadcastNanos() / MILLIS,
        result.computeNanos() / MILLIS,
        counters.waitNanos() / MILLIS / result.attendances().size(),
        result.mergeNanos() / MILLIS,
        eta());
  }

  /** The same for {@code metrics.jsonl}. */
  Map<String, Object> values() {
    Counters counters = result.merged().counters();
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("event", "round");
    values.put("iteration", iteration);
    values.put("stage", stage.name());
    // Of the round's first step, counted from 1 as on the console.
    values.put("epoch", round.from().epoch() + 1);
    values.put("step", round.from().step() + 1);
    values.put("examples", counters.examples());
    values.put("loss", counters.loss());
    values.put("accuracy", counters.accuracy());
    values.put("lr", learningRate());
    values.put("images_per_second", imagesPerSecond());
    values.put("broadcast_ms", result.broadcastNanos() / MILLIS);
    values.put("method_bytes", result.methodBytes());
    values.put("compute_ms", result.computeNanos() / MILLIS);
    values.put("wait_ms", counters.waitNanos() / MILLIS / result.attendances().size());
    values.put("merge_ms", result.mergeNanos() / MILLIS);
    values.putAll(counters.figures());
    values.putAll(state);
    return values;
  }

  private String figures() {
    Map<String, Double> all = new LinkedHashMap<>(result.merged().counters().figures());
    all.putAll(state);
    StringBuilder figures = new StringBuilder();
    all.forEach(
        (name, value) ->
            figures.append(String.format(Locale.ROOT, "  %s %.4g", name.replace('_', ' '), value)));
    return figures.toString();
  }

  private double imagesPerSecond() {
    return result.merged().counters().examples() / (result.totalNanos() / 1e9);
  }

  private String eta() {
    Duration left = Duration.ofSeconds((long) (this.left / rate));
    return "%d:%02d:%02d".formatted(left.toHours(), left.toMinutesPart(), left.toSecondsPart());
  }
}
