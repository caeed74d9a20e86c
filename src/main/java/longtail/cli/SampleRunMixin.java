package longtail.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How experiments run on the drawn sample. */
final class SampleRunMixin {
  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      defaultValue = "${sys:longtail.home:-.}/data-manifests/sample.yaml",
      description = "Manifest of the sample (default ${DEFAULT-VALUE}).")
  String manifest;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Number of workers (default: one per core).")
  Optional<Integer> workers = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Overrides a key of all experiment files; repeatable.")
  List<String> overrides = List.of();
}
