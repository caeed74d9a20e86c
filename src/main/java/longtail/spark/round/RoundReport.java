package longtail.spark.round;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import longtail.spark.round.SegmentMessages.FinishedRound;
import longtail.train.Counters;
import longtail.train.experiment.Stage;

/**
 * What there is to say about a finished round.
 *
 * @param stage the round's stage
 * @param round its steps, and what came of them
 * @param learningRate of its first step
 * @param iteration steps done, this round's included
 * @param workers of the run
 * @param driverNanos that the driver took before the round, between two segments
 * @param left steps left to do
 * @param rate steps per second of the run so far
 */
record RoundReport(
    Stage stage,
    FinishedRound round,
    double learningRate,
    long iteration,
    int workers,
    long driverNanos,
    long left,
    double rate) {
  private static final double MILLIS = 1e6;

  /** One line for the console, what matters most first. */
  String line() {
    Counters counters = round.counters();
    return String.format(
        Locale.ROOT,
        "%s epoch %d/%d step %d  loss %.4f  accuracy %.3f  ETA %s  %.0f images/s%s  lr %.4g  compute %.0f ms  images %.0f  others %.0f  sending %.0f  driver %.0f",
        stage.name(),
        round.round().from().epoch() + 1,
        stage.epochs(),
        iteration,
        counters.loss(),
        counters.accuracy(),
        eta(),
        imagesPerSecond(),
        figures(),
        learningRate(),
        computeMillis(),
        counters.waitNanos() / MILLIS / workers,
        counters.others().waitingNanos() / MILLIS / workers,
        counters.others().sendingNanos() / MILLIS / workers,
        driverNanos / MILLIS);
  }

  /** The same for {@code metrics.jsonl}. */
  Map<String, Object> values() {
    Counters counters = round.counters();
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("event", "round");
    values.put("iteration", iteration);
    values.put("stage", stage.name());
    // Of the round's first step, counted from 1 as on the console.
    values.put("epoch", round.round().from().epoch() + 1);
    values.put("step", round.round().from().step() + 1);
    values.put("examples", counters.examples());
    values.put("loss", counters.loss());
    values.put("accuracy", counters.accuracy());
    values.put("lr", learningRate());
    values.put("images_per_second", imagesPerSecond());
    // Means over the workers.
    values.put("compute_ms", computeMillis());
    values.put("wait_ms", counters.waitNanos() / MILLIS / workers);
    values.put("others_ms", counters.others().waitingNanos() / MILLIS / workers);
    values.put("sending_ms", counters.others().sendingNanos() / MILLIS / workers);
    values.put("driver_ms", driverNanos / MILLIS);
    values.put("sent_bytes", counters.others().sentBytes());
    values.putAll(counters.figures());
    values.putAll(round.figures());
    return values;
  }

  private String figures() {
    Map<String, Double> all = new LinkedHashMap<>(round.counters().figures());
    all.putAll(round.figures());
    StringBuilder figures = new StringBuilder();
    all.forEach(
        (name, value) ->
            figures.append(String.format(Locale.ROOT, "  %s %.4g", name.replace('_', ' '), value)));
    return figures.toString();
  }

  private double imagesPerSecond() {
    return round.counters().examples() / ((round.nanos() + driverNanos) / 1e9);
  }

  /** Without what steps together spent on the other workers. */
  private double computeMillis() {
    return round.counters().computeNanos() / MILLIS / workers;
  }

  private String eta() {
    Duration left = Duration.ofSeconds((long) (this.left / rate));
    return "%d:%02d:%02d".formatted(left.toHours(), left.toMinutesPart(), left.toSecondsPart());
  }
}
