package longtail.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The names of curves for the entries of a run's log. */
final class EventTags {
  private static final String META = "meta_validation_";

  /** What says where in the run an entry is. */
  private static final Set<String> PLACE = Set.of("event", "iteration", "step", "examples");

  private static final Map<String, String> OF_ROUND =
      Map.of(
          "loss", "train/loss",
          "accuracy", "train/accuracy",
          "epoch", "train/epoch",
          "lr", "train/learning_rate",
          "images_per_second", "speed/images_per_second",
          "sent_bytes", "speed/sent_bytes");

  private EventTags() {}

  /** The numbers of {@code event}, an entry of {@link MetricsLog}, by the names of their curves. */
  static Map<String, Double> scalars(Map<String, ?> event) {
    Map<String, Double> scalars = new LinkedHashMap<>();
    event.forEach(
        (key, value) -> {
          if (value instanceof Number number && !PLACE.contains(key)) {
            scalars.put(tag(event.get("event"), key), number.doubleValue());
          }
        });
    return scalars;
  }

  private static String tag(Object event, String key) {
    if (key.startsWith(META)) {
      return "meta_validation/" + key.substring(META.length());
    }
    if ("evaluation".equals(event)) {
      return "validation/" + key.replaceFirst("^validation_", "");
    }
    if ("stop".equals(event)) {
      return "stop/" + key;
    }
    if (key.endsWith("_ms")) {
      return "phases/" + key;
    }
    return OF_ROUND.getOrDefault(key, "method/" + key);
  }
}
