package longtail.cli;

import java.util.Optional;
import longtail.spark.evaluate.OutputStore;
import picocli.CommandLine.Option;

/** What {@code evaluate} keeps of the network's outputs. */
final class StoreMixin {
  @Option(
      names = "--store",
      paramLabel = "DIR",
      description =
          "Also writes what the network says of every image, by image id, to DIR/logits.parquet and"
              + " DIR/features.parquet, from the same pass: see --from.")
  Optional<String> store = Optional.empty();

  @Option(
      names = "--logits",
      paramLabel = "DIR",
      description =
          "As --store, of the logits alone: scored on a training set they teach a student, see the"
              + " method distill.")
  Optional<String> logits = Optional.empty();

  /** The outputs that are kept; {@link OutputStore#NOTHING} for none. */
  OutputStore options() {
    if (store.isPresent() && logits.isPresent()) {
      throw new IllegalArgumentException(
          "--store holds the logits as well: leave --logits away, or --store");
    }
    return store
        .map(OutputStore::all)
        .or(() -> logits.map(OutputStore::logits))
        .orElse(OutputStore.NOTHING);
  }
}
