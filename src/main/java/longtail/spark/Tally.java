package longtail.spark;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;

/**
 * How many images of each class were scored, and how many of them rightly.
 *
 * @param images scored images, {@code [classes]}
 * @param first those whose largest logit is that of their class
 * @param five those whose class is among the five largest logits
 */
record Tally(long[] images, long[] first, long[] five) implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Nothing scored. */
  static Tally none(int classes) {
    return new Tally(new long[classes], new long[classes], new long[classes]);
  }

  /**
   * Counts one image of class {@code label}. Logits equal to that of its class count as smaller if
   * their class comes later.
   */
  void add(int label, double[] logits) {
    int ahead = 0;
    for (int c = 0; c < logits.length; c++) {
      if (logits[c] > logits[label] || (logits[c] == logits[label] && c < label)) {
        ahead++;
      }
    }
    images[label]++;
    first[label] += ahead == 0 ? 1 : 0;
    five[label] += ahead < 5 ? 1 : 0;
  }

  /** The sums of both. */
  Tally plus(Tally other) {
    return new Tally(sum(images, other.images), sum(first, other.first), sum(five, other.five));
  }

  private static long[] sum(long[] a, long[] b) {
    return IntStream.range(0, a.length).mapToLong(i -> a[i] + b[i]).toArray();
  }

  /**
   * The figures of an evaluation, as fractions by their keys in {@code evaluation.json}. The
   * figures of a group of classes are means over its classes that have images; a group without any
   * has no key.
   *
   * @param training images of each class in the training set
   */
  Map<String, Double> metrics(ClassCounts training, Shots shots) {
    double all = LongStream.of(images).sum();
    Map<String, Double> metrics = new LinkedHashMap<>();
    if (all > 0) {
      metrics.put("top1", LongStream.of(first).sum() / all);
      metrics.put("top5", LongStream.of(five).sum() / all);
    }
    putMean(metrics, "mean_class_accuracy", c -> true);
    for (Shots.Group group : Shots.Group.values()) {
      putMean(
          metrics,
          group.name().toLowerCase(Locale.ROOT),
          c -> shots.of(training.count(c)) == group);
    }
    return metrics;
  }

  private void putMean(Map<String, Double> metrics, String key, IntPredicate member) {
    IntStream.range(0, images.length)
        .filter(c -> images[c] > 0)
        .filter(member)
        .mapToDouble(c -> (double) first[c] / images[c])
        .average()
        .ifPresent(mean -> metrics.put(key, mean));
  }
}
