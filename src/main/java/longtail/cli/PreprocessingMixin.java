package longtail.cli;

import java.util.Optional;
import java.util.OptionalInt;
import longtail.dataset.Normalization;
import longtail.image.augment.Fit;
import longtail.train.checkpoint.PreprocessingChoice;
import picocli.CommandLine.Option;

/** How images are prepared for a saved model, where not as the model says. */
final class PreprocessingMixin {
  @Option(
      names = "--size",
      paramLabel = "N",
      description =
          "Height and width of the images that the network sees: those of another size are fitted"
              + " to it, see --fit (default: what the model was trained or imported with).")
  Optional<Integer> size = Optional.empty();

  @Option(
      names = "--fit",
      paramLabel = "MODE",
      description =
          "How images of other sizes and proportions are fitted: ${COMPLETION-CANDIDATES} (default:"
              + " what the model says, else crop, the middle after resizing the shorter side to"
              + " 256/224 of the size).")
  Optional<Fit.Mode> fit = Optional.empty();

  @Option(
      names = "--normalization",
      paramLabel = "NAME|YAML",
      description =
          "How the pixels are normalised, as for prepare (default: what the model says, else the"
              + " dataset).")
  Optional<String> normalization = Optional.empty();

  PreprocessingChoice choice() {
    return new PreprocessingChoice(
        size.map(OptionalInt::of).orElse(OptionalInt.empty()),
        fit,
        normalization.map(text -> Normalization.parse(text, "--normalization")));
  }
}
