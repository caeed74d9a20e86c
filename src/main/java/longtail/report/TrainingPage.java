package longtail.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import longtail.dataset.Shots;
import longtail.storage.OutputFile;
import org.apache.hadoop.conf.Configuration;

/**
 * The page of one training run: how loss, accuracies, learning rate and what its method learned
 * went from step to step. Of what the log does not have there is no chart.
 */
public final class TrainingPage {
  /** Name of the page in the directory of the run. */
  public static final String PAGE = "training.html";

  private TrainingPage() {}

  /** Writes the page of the run {@code name} with the log {@code log} to {@code directory}. */
  public static void write(String directory, String name, MetricsLog log, Configuration conf) {
    OutputFile.in(directory, PAGE, conf).write(Html.page(name, body(name, log.read())));
  }

  /** Heading and charts of the run {@code name} with the events {@code events} of its log. */
  static String body(String name, List<Map<String, Object>> events) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>%s</h1>\n".formatted(Html.escape(name)))
        .append("<p class=\"note\">From the log of the run, metrics.jsonl. Where a curve has more ")
        .append("than 300 points, a point is the mean of a part of them.</p>\n");
    body.append(charts(events));
    return body.toString();
  }

  /** The charts alone; nothing for what the events do not have. */
  static String charts(List<Map<String, Object>> events) {
    StringBuilder body = new StringBuilder();
    loss(body, events);
    body.append(ClassHeatMap.of(events).html());
    meta(body, events);
    chart(body, events, "Speed", "images/s", Map.of("images/s", "images_per_second"));
    Map<String, String> phases = new LinkedHashMap<>();
    phases.put("computing", "compute_ms");
    phases.put("waiting for images", "wait_ms");
    phases.put("waiting for other workers", "others_ms");
    phases.put("sending", "sending_ms");
    phases.put("driver", "driver_ms");
    chart(body, events, "Where the time of a round goes", "ms", phases);
    return body.toString();
  }

  /** The charts of how the model became better, without those of the machine. */
  static String learning(List<Map<String, Object>> events) {
    StringBuilder body = new StringBuilder();
    loss(body, events);
    meta(body, events);
    return body.toString();
  }

  private static void loss(StringBuilder body, List<Map<String, Object>> events) {
    chart(body, events, "Training loss", "loss", Map.of("loss", "loss"));
    chart(body, events, "Accuracy on the validation set", "accuracy", groups("top-1", "top1", ""));
  }

  private static void meta(StringBuilder body, List<Map<String, Object>> events) {
    Map<String, String> losses = new LinkedHashMap<>();
    losses.put("meta batches, after the pseudo step", "meta_loss");
    losses.put("meta set, averaged model", "meta_validation_loss");
    chart(body, events, "Loss on the meta set", "loss", losses);
    chart(
        body,
        events,
        "Accuracy on the meta set",
        "accuracy",
        groups("all", "meta_validation_accuracy", "meta_validation_"));
    chart(
        body,
        events,
        "Size of the meta-gradient",
        "norm",
        Map.of("meta-gradient", "meta_gradient_norm"));
    chart(body, events, "Covariances of the classes", "norm", Map.of("norm", "covariance_norm"));
    chart(body, events, "Sample rates, means of the groups", "rate", groups("sample_rate_"));
    chart(body, events, "Learning rate", "learning rate", Map.of("learning rate", "lr"));
  }

  /** The key of all classes under {@code name}, and those of the groups behind {@code prefix}. */
  private static Map<String, String> groups(String name, String key, String prefix) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put(name, key);
    keys.putAll(groups(prefix));
    return keys;
  }

  private static Map<String, String> groups(String prefix) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (Shots.Group group : Shots.Group.values()) {
      keys.put(group.key(), prefix + group.key());
    }
    return keys;
  }

  private static void chart(
      StringBuilder body,
      List<Map<String, Object>> events,
      String title,
      String axis,
      Map<String, String> keys) {
    Map<String, List<LineChart.Point>> lines = new LinkedHashMap<>();
    keys.forEach((name, key) -> lines.put(name, TrainingCurves.points(events, key)));
    body.append(TrainingCurves.chart(title, axis, lines));
  }
}
