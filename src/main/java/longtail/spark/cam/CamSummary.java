package longtail.spark.cam;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import longtail.Quantity;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.image.augment.object.ObjectOperator;
import longtail.shard.ShardedDataset;

/**
 * What was generated.
 *
 * @param dataset the generated images
 * @param operators how many by each operator
 * @param groups how many for the many-, medium- and few-shot classes of the training set
 * @param written images that this run has written; less than all if it continued an earlier one
 * @param seconds duration of this run
 */
public record CamSummary(
    ShardedDataset dataset,
    Map<ObjectOperator, Integer> operators,
    Map<Shots.Group, Integer> groups,
    int written,
    double seconds) {

  /** Counts what {@code plan} has. */
  static CamSummary of(
      ShardedDataset dataset, CamPlan plan, ShardedDataset training, int written, double seconds) {
    Map<ObjectOperator, Integer> operators = new EnumMap<>(ObjectOperator.class);
    Map<Shots.Group, Integer> groups = new EnumMap<>(Shots.Group.class);
    ClassCounts counts = training.counts();
    for (int number = 0; number < plan.size(); number++) {
      CamPlan.Item item = plan.item(number);
      operators.merge(item.operator(), 1, Integer::sum);
      groups.merge(training.shots().of(counts.count(item.label())), 1, Integer::sum);
    }
    return new CamSummary(dataset, operators, groups, written, seconds);
  }

  /** The table that the command prints. */
  public String table() {
    ClassCounts counts = dataset.counts();
    return row("dataset", dataset.name() + " at " + dataset.directory())
        + row(
            "images",
            "%,d in %s, %d to %d per class"
                .formatted(
                    counts.total(),
                    Quantity.of(dataset.shards(), "shard"),
                    counts.max(),
                    counts.min()))
        + row("operators", words(operators, "%,d %s"))
        + row("groups", words(groups, "%,d for %s-shot classes"))
        + row(
            "speed",
            "%s in %.1f s, %,.0f images/s"
                .formatted(
                    Quantity.grouped(written, "image"),
                    seconds,
                    written / Math.max(seconds, 1e-9)));
  }

  private static <E extends Enum<E>> String words(Map<E, Integer> counts, String format) {
    return counts.entrySet().stream()
        .map(e -> format.formatted(e.getValue(), word(e.getKey())))
        .collect(Collectors.joining(", "));
  }

  private static String word(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String row(String name, String value) {
    return String.format(Locale.ROOT, "%-11s %s%n", name, value);
  }
}
