package longtail.spark.prepare;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import longtail.Quantity;
import longtail.shard.Samples;

/** What looks odd in a prepared dataset and is told, for nothing of it is an error. */
final class PreparationNotes {
  /** The smallest crop that published recipes take, in pixels. */
  private static final int SMALL = 32;

  private PreparationNotes() {}

  /**
   * The notes of {@code samples}.
   *
   * @param differences what was noted before the images were read
   * @param outcomes of the shards that were written now
   */
  static List<String> of(List<String> differences, List<ShardOutcome> outcomes, Samples samples) {
    List<String> notes = new ArrayList<>(differences);
    missized(outcomes).ifPresent(notes::add);
    small(samples).ifPresent(notes::add);
    return notes;
  }

  private static Optional<String> missized(List<ShardOutcome> outcomes) {
    int missized = outcomes.stream().mapToInt(ShardOutcome::missized).sum();
    return outcomes.stream()
        .map(ShardOutcome::example)
        .filter(example -> !example.isEmpty())
        .findFirst()
        .map(
            example ->
                "%s another size than annotated, such as %s"
                    .formatted(Quantity.does(missized, "image", "has", "have"), example));
  }

  private static Optional<String> small(Samples samples) {
    int small = 0;
    int smallest = 0;
    for (int row = 0; row < samples.size(); row++) {
      small += shorterSide(samples, row) < SMALL ? 1 : 0;
      smallest = shorterSide(samples, row) < shorterSide(samples, smallest) ? row : smallest;
    }
    if (small == 0) {
      return Optional.empty();
    }
    return Optional.of(
        "%s a side below %d pixels, the smallest is '%s' with %d x %d: a crop that is larger pads them with black, or refuses them with small: refuse"
            .formatted(
                Quantity.does(small, "image", "has", "have"),
                SMALL,
                samples.imageId(smallest),
                samples.width(smallest),
                samples.height(smallest)));
  }

  private static int shorterSide(Samples samples, int row) {
    return Math.min(samples.height(row), samples.width(row));
  }
}
