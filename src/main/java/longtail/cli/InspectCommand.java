package longtail.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import longtail.dataset.Inspection;
import longtail.dataset.Manifest;
import longtail.report.InspectionReport;
import longtail.spark.inspect.InspectJob;
import longtail.spark.prepare.PrepareSource;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code inspect}: what a collection is before anything is trained on it. */
@Command(
    name = "inspect",
    description =
        "Looks at every image of a collection and writes what it is: images per class and their"
            + " tail, sizes, images that cannot be read, duplicates within and across splits, and"
            + " a recipe to begin with; a table, inspection.json and inspection.html.")
final class InspectCommand implements Callable<Integer> {
  /** What to inspect. */
  static final class Source {
    @Option(
        names = "--data",
        required = true,
        paramLabel = "DIR",
        description =
            "A prepared dataset; several, the training set first, are looked at together.")
    List<String> data;

    @Option(
        names = "--manifest",
        required = true,
        paramLabel = "FILE",
        description = "A dataset of data-manifests/ with all its splits.")
    String manifest;

    @ArgGroup(exclusive = false)
    PrepareCommand.Named named;
  }

  private final PrintStream out;

  @ArgGroup(multiplicity = "1")
  Source source;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Directory of the manifest's files, instead of the one it names.")
  Optional<String> root = Optional.empty();

  @Option(names = "--output", required = true, paramLabel = "DIR", description = "Where to write.")
  String output;

  @Mixin FieldOptions fields;

  @Mixin SparkOptions spark;

  InspectCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    try (JavaSparkContext context = spark.open("longtail inspect")) {
      Configuration conf = context.hadoopConfiguration();
      Inspection inspection =
          source.data != null
              ? InspectJob.ofDatasets(context, source.data, out)
              : InspectJob.ofSources(context, sources(conf), out);
      InspectionReport.write(output, inspection, conf);
      out.print(InspectionReport.text(inspection));
      out.println("The page is " + output + "/" + InspectionReport.PAGE);
    }
    return 0;
  }

  private List<PrepareSource> sources(Configuration conf) {
    if (source.manifest == null) {
      return List.of(source.named.source("train", fields, conf));
    }
    Manifest manifest = Manifest.load(source.manifest, conf);
    Manifest rooted = root.map(manifest::withRoot).orElse(manifest);
    List<PrepareSource> sources = new ArrayList<>();
    for (String split : rooted.splits().keySet()) {
      PrepareSource of = PrepareSource.of(rooted, source.manifest, split);
      sources.add(split.equals("train") ? 0 : sources.size(), of);
    }
    return sources;
  }
}
