package longtail.train.experiment;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import longtail.config.Yaml;

/** In which keys that matter for the result two experiments differ. */
public final class ExperimentDifference {
  /**
   * Keys that change when something is written or how fast, that the dataset itself answers, or
   * that only tell of others' results.
   */
  private static final Set<String> HARMLESS =
      Set.of(
          "averaging.patience",
          "averaging.segment",
          "checkpoints",
          "evaluation",
          "loading",
          "data.manifest",
          "data.dir",
          "data.subset",
          "data.meta-subset",
          "data.shots",
          "tensorboard",
          "tracking",
          "published");

  /** Keys that decide which validations and checkpoints there are, where a stage follows them. */
  private static final Set<String> FOLLOWED =
      Set.of(
          "checkpoints.best-metric",
          "checkpoints.every-epochs",
          "checkpoints.every-steps",
          "evaluation.every-epochs",
          "evaluation.every-steps",
          "evaluation.transforms");

  private ExperimentDifference() {}

  /** Each differing key with a sentence about its two values; empty if there is none. */
  public static Map<String, String> between(Experiment before, Experiment now) {
    Map<String, Object> first = leaves(before);
    Map<String, Object> second = leaves(now);
    Set<String> keys = new TreeSet<>(first.keySet());
    keys.addAll(second.keySet());
    boolean followed = now.followingValidation().isPresent();
    Map<String, String> differences = new TreeMap<>();
    for (String key : keys) {
      Object was = first.get(key);
      Object is = second.get(key);
      if (!Objects.equals(was, is) && (!harmless(key) || (followed && within(FOLLOWED, key)))) {
        differences.put(
            key,
            "%s was %s, is %s"
                .formatted(key, was == null ? "absent" : was, is == null ? "absent" : is));
      }
    }
    return differences;
  }

  private static boolean harmless(String key) {
    return within(HARMLESS, key);
  }

  private static boolean within(Set<String> parts, String key) {
    return parts.stream().anyMatch(prefix -> key.equals(prefix) || key.startsWith(prefix + "."));
  }

  /** The values of the effective experiment by the paths of their keys, defaults included. */
  public static Map<String, Object> leaves(Experiment experiment) {
    Map<String, Object> leaves = new TreeMap<>();
    collect("", Yaml.tree(experiment.yaml(), experiment.name()), leaves);
    return leaves;
  }

  private static void collect(String path, Object node, Map<String, Object> leaves) {
    if (node instanceof Map<?, ?> map) {
      map.forEach((key, value) -> collect(join(path, key), value, leaves));
    } else if (node instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        collect(join(path, i), list.get(i), leaves);
      }
    } else {
      leaves.put(path, node);
    }
  }

  private static String join(String path, Object key) {
    return path.isEmpty() ? key.toString() : path + "." + key;
  }
}
