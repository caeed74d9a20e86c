package longtail.spark.prepare;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import longtail.Quantity;
import longtail.dataset.ClassCounts;
import longtail.dataset.Shots;
import longtail.shard.Quarantined;
import longtail.shard.ShardedDataset;

/**
 * What a preparation has done.
 *
 * @param dataset the published dataset
 * @param bytes encoded images of all shards
 * @param written images that this run has written; less than all if it continued an earlier one
 * @param seconds duration of this run
 * @param quarantined images that could not be prepared, with reasons
 * @param notes what the user should know: counts that differ from the manifest, sizes from the
 *     annotations
 * @param meta the meta set that was prepared beside it
 */
public record PrepareSummary(
    ShardedDataset dataset,
    long bytes,
    int written,
    double seconds,
    List<Quarantined> quarantined,
    List<String> notes,
    Optional<PrepareSummary> meta) {

  /** Images per second of this run. */
  public double imagesPerSecond() {
    return written / Math.max(seconds, 1e-9);
  }

  /** The table that the command prints. */
  public String table() {
    ClassCounts counts = dataset.counts();
    StringBuilder table = new StringBuilder();
    row(table, "dataset", dataset.name() + " at " + dataset.directory());
    row(
        table,
        "images",
        "%,d in %s, %,.1f MB"
            .formatted(counts.total(), Quantity.of(dataset.shards(), "shard"), bytes / 1e6));
    row(table, "classes", classes(counts));
    row(table, "per class", perClass(counts));
    row(
        table,
        "pixels",
        "normalised by %s; --normalization names another"
            .formatted(dataset.normalization().described()));
    row(
        table,
        "speed",
        "%s in %.1f s, %,.0f images/s"
            .formatted(Quantity.grouped(written, "image"), seconds, imagesPerSecond()));
    if (!quarantined.isEmpty()) {
      row(
          table,
          "quarantine",
          "%s, see quarantine.jsonl; the first: %s: %s"
              .formatted(
                  Quantity.of(quarantined.size(), "image"),
                  quarantined.get(0).path(),
                  quarantined.get(0).reason()));
    }
    notes.forEach(note -> row(table, "note", note));
    meta.ifPresent(summary -> table.append(summary.table()));
    return table.toString();
  }

  /** Groups by size say something of a long tail only, not of a balanced test or meta set. */
  private String classes(ClassCounts counts) {
    return balanced(counts)
        ? "%d, all equally large".formatted(counts.classes())
        : "%d: %d many, %d medium, %d few"
            .formatted(
                counts.classes(),
                counts.classesOf(Shots.Group.MANY, dataset.shots()),
                counts.classesOf(Shots.Group.MEDIUM, dataset.shots()),
                counts.classesOf(Shots.Group.FEW, dataset.shots()));
  }

  private static String perClass(ClassCounts counts) {
    return balanced(counts)
        ? String.valueOf(counts.max())
        : "%d to %d%s"
            .formatted(
                counts.max(),
                counts.min(),
                counts.min() == 0 ? "" : " (imbalance %.0f)".formatted(counts.imbalanceFactor()));
  }

  private static boolean balanced(ClassCounts counts) {
    return counts.max() == counts.min();
  }

  private static void row(StringBuilder table, String name, String value) {
    table.append(String.format(Locale.ROOT, "%-11s %s%n", name, value));
  }
}
